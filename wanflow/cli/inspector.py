"""Measures pictures on this machine: opens them, and asks the room of the checks.

Imported only where numpy is installed.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import wanflow.checks.difference as compare
from wanflow.checks.alignment import Alignment, alignment
from wanflow.checks.counting import areas, outlines
from wanflow.checks.panels import gutters
from wanflow.checks.placing import placed
from wanflow.checks.sampling import Area, Pixels, from_bytes, marked, part_of, rectangle
from wanflow.errors import ImageError, StepError
from wanflow.execute.ports import Compared, Examination
from wanflow.imaging.shrink import shown
from wanflow.model.measure import Check, Measure, Unit
from wanflow.planning.frames import WHOLE, Frame, shared

# Twice what is looked at in any check but that for text; larger pictures are brought down to it.
_LONGEST_PX = 1280
_FLAT_PERCENT = 99.0

# Finds lines of letters in a picture: their middles, as fractions of its sides.
Letters = Callable[[Pixels], Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureInspector:
    """Measures one picture at a time; `letters` finds text, None where nothing here can."""

    letters: Letters | None = None

    def measures(self, examination: Examination) -> tuple[Measure, ...]:
        """Measure what is wanted, and tell of a blank, of a copy and of another size."""
        look = _Look(asked=examination, letters=self.letters)
        found = [*look.technical()]
        found += [look.taken(check) for check in examination.wanted]
        found += look.drift()
        return tuple(found)


@dataclass(kw_only=True)
class _Pair:
    """The parts of two pictures that show the same, and how one lies on the other."""

    before: Pixels
    after: Pixels
    frame: Frame
    part: Frame
    ignored: Area | None = None

    @cached_property
    def lies(self) -> Alignment | None:
        return alignment(self.before, self.after, ignored=self.ignored)


@dataclass(kw_only=True)
class _Look:
    """One examination while it goes on: what has been opened and found once is kept."""

    asked: Examination
    letters: Letters | None
    _notes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def picture(self) -> Pixels:
        return _opened(self.asked.path)

    @cached_property
    def pair(self) -> _Pair | None:
        before = self.asked.before
        return None if before is None else self._pair(before, changing=True)

    def technical(self) -> list[Measure]:
        found: list[Measure] = []
        artifact, size = self.asked.artifact, self.asked.asked_size
        if size is not None:
            made = (artifact.width_px, artifact.height_px)
            planned = (size.width_px, size.height_px)
            off = max(abs(one / other - 1) for one, other in zip(made, planned, strict=True))
            note = "" if made == planned else f"{made[0]}*{made[1]} instead of {size}"
            found.append(self._measure("size", 100 * off, "%", note=note))
        flat = compare.flat_percent(self.picture)
        if flat >= _FLAT_PERCENT:
            found.append(self._measure("flat", flat, "%", note="the picture is one flat colour"))
        pair = self.pair
        whole = pair is not None and pair.frame == WHOLE and not self._is_smaller
        if whole and pair is not None and compare.identical(pair.before, pair.after):
            note = "the picture is the very one that it was made from"
            found.append(self._against("identical", 100, "%", note=note))
        return found

    def taken(self, check: Check) -> Measure:
        """Take one measure."""
        match check:
            case "shift" | "zoom":
                return self._moved(check)
            case "kept" | "changed":
                return self._share(check)
            case "text":
                return self._text()
            case "count":
                return self._count()
            case "border":
                return self._measure("border", compare.border_percent(self.picture), "%")
            case _:
                return self._measure(check, None, note="it is told of where it applies")

    def drift(self) -> list[Measure]:
        """Say how far the picture has come from the first one of its chain."""
        first = self.asked.first
        if first is None or not {"shift", "zoom"} & set(self.asked.wanted):
            return []
        pair = self._pair(first, changing=False)
        lies = None if pair is None else pair.lies
        if lies is None:
            return []
        shift = self._measure("shift", lies.shift_px * self._scale, "px")
        zoom = self._measure("zoom", lies.zoom_percent, "%")
        return [replace(one, against=first.name, first=True) for one in (shift, zoom)]

    def _moved(self, check: Check) -> Measure:
        pair = self.pair
        if pair is None or pair.lies is None:
            return self._against(check, None, note=self._why("it shares nothing to go by with it"))
        if check == "zoom":
            return self._against("zoom", pair.lies.zoom_percent, "%")
        return self._against("shift", pair.lies.shift_px * self._scale, "px")

    def _share(self, check: Check) -> Measure:
        pair = self.pair
        if pair is None:
            return self._against(check, None, note=self._why(""))
        inside = self._meant(pair.part)
        where = None if inside is None else (inside if check == "changed" else ~inside)
        found = compare.alike(compare.difference(pair.before, pair.after, pair.lies), where)
        if found is None:
            return self._against(check, None, note="there is no such part in the picture")
        percent = found.alike_percent if check == "kept" else 100 - found.alike_percent
        note = f"mean difference {found.mean_level:.1f} of 255"
        return self._against(check, percent, "%", note=note)

    def _text(self) -> Measure:
        if self.letters is None:
            return self._measure("text", None, note="finding text needs wanflow[local]")
        try:
            middles = self.letters(self.picture)
        except StepError as error:
            return self._measure("text", None, note=str(error))
        change = self.asked.change or WHOLE
        inside = [
            (x, y)
            for x, y in middles
            if change.left <= x <= change.left + change.width
            and change.top <= y <= change.top + change.height
        ]
        return self._measure("text", len(inside), note="lines of letters; they were not read")

    def _count(self) -> Measure:
        if self.asked.counts == "panels":
            found = gutters(self.picture)
            note = f"panels, {len(found.upright) + 1} by {len(found.level) + 1}"
            return self._measure("count", found.panels, note=note)
        pair = self.pair
        if pair is None or self.asked.counts is None:
            return self._measure("count", None, note=self._why("there is nothing to count"))
        if self.asked.counts == "outlines":
            boxes = outlines(pair.before, pair.after, pair.lies)
            return self._against("count", len(boxes), note="boxes, read from pixels")
        patches = areas(pair.before, pair.after, pair.lies)
        return self._against("count", patches, note="patches of colour, read from pixels")

    def _pair(self, other: Compared, *, changing: bool) -> _Pair | None:
        try:
            before = _opened(other.path)
        except ImageError as error:
            self._notes[other.name] = str(error)
            return None
        frame = other.frame
        if frame is None:
            place = placed(before, self.picture)
            if place is None:
                self._notes[other.name] = f"'{other.name}' was not found in it"
                return None
            frame = Frame(left=place.left, top=place.top, width=place.width, height=place.height)
        parts = shared(frame)
        if parts is None:
            self._notes[other.name] = f"it shows next to nothing of '{other.name}'"
            return None
        made = _Pair(
            before=part_of(before, **_sides(parts[1])),
            after=part_of(self.picture, **_sides(parts[0])),
            frame=frame,
            part=parts[0],
        )
        meant = self._meant(made.part) if changing else None
        return made if meant is None else replace(made, ignored=meant)

    def _meant(self, part: Frame) -> Area | None:
        """Mark what was meant to change in a part of the picture; None for all of it."""
        if self.asked.mask is not None:
            # Whoever edits in a mask gives it the picture's own frame, so that the part is all.
            with suppress(ImageError):
                return marked(_opened(self.asked.mask))
        change = self.asked.change
        return None if change is None else _area(change, part)

    @property
    def _is_smaller(self) -> bool:
        return int(self.picture.shape[1]) < self.asked.artifact.width_px

    @property
    def _scale(self) -> float:
        return self.asked.artifact.width_px / int(self.picture.shape[1])

    def _why(self, otherwise: str) -> str:
        before = self.asked.before
        if before is None:
            return "the picture that it was made from is not on this machine"
        return self._notes.get(before.name, otherwise)

    def _against(
        self, check: Check, value: float | None, unit: Unit = "", *, note: str = ""
    ) -> Measure:
        before = self.asked.before
        measure = self._measure(check, value, unit, note=note)
        return replace(measure, against=before.name if before is not None else "")

    def _measure(
        self, check: Check, value: float | None, unit: Unit = "", *, note: str = ""
    ) -> Measure:
        exact = None if value is None else round(float(value), 1) + 0.0
        return Measure(picture=self.asked.number, check=check, value=exact, unit=unit, note=note)


def letters_found_here() -> Letters | None:
    """Give what finds text on this machine, None if OpenCV is not installed."""
    if find_spec("cv2") is None:
        return None

    def letters(pixels: Pixels) -> Sequence[tuple[float, float]]:
        from wanflow.providers.local.lettering import lines

        tall, wide = pixels.shape[:2]
        boxes = [line.box for line in lines(pixels)]
        return [
            ((box.left + box.right) / 2 / wide, (box.top + box.bottom) / 2 / tall) for box in boxes
        ]

    return letters


def _opened(path: Path) -> Pixels:
    data, width, height = shown(path, longest_px=_LONGEST_PX)
    return from_bytes(data, width_px=width, height_px=height)


def _area(change: Frame, part: Frame) -> Area:
    """Mark in a part of a picture what was meant to change in the whole of it."""
    return rectangle(
        left=(change.left - part.left) / part.width,
        top=(change.top - part.top) / part.height,
        width=change.width / part.width,
        height=change.height / part.height,
    )


def _sides(frame: Frame) -> dict[str, float]:
    return {"left": frame.left, "top": frame.top, "width": frame.width, "height": frame.height}
