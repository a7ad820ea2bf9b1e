"""Bringing a picture within the limits of whoever gets it, without changing what it shows."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from wanflow.errors import ImageError
from wanflow.imaging.limits import Finding, limit_findings
from wanflow.imaging.probe import FORMAT_NAMES, Probe, probe, upright_size
from wanflow.model.card import ImageLimits
from wanflow.model.plan import Job
from wanflow.model.values import Note, Size

_HINTS = {
    "image-animated": "save the frame that is meant as PNG",
    "image-ratio": "cut or pad it first, with `use: crop` or `use: pad`",
    "image-too-narrow": "cut or pad it first, with `use: crop` or `use: pad`",
    "image-too-many-pixels": "make it smaller in an image program",
    "image-format": "save it as PNG or JPEG",
}
_FIT_AUTO = "leave out `fit: strict`, and it is mended"


def refuse(findings: Sequence[Finding], name: str) -> ImageError:
    """Make the error that says why a picture is not taken; `findings` holds at least one.

    What cannot be mended comes first; the code is that of the first.
    """
    ordered = sorted(findings, key=lambda finding: finding.mendable)
    first = ordered[0]
    text = "; ".join(f"it {finding.text}" for finding in ordered[1:])
    hint = _FIT_AUTO if first.mendable else _HINTS.get(first.code)
    return ImageError(first.code, f"{name} {first.text}{'; ' if text else ''}{text}", hint=hint)


def plan_fit(
    found: Probe, limits: ImageLimits | None, *, name: str = "the picture"
) -> tuple[Size, tuple[Note, ...]]:
    """Predict what `fit: auto` makes of a picture, without touching it.

    Args:
        found: what the picture is.
        limits: of the model that gets it; None for operations on this machine, which take any
            picture and turn it upright by themselves.
        name: of the picture, for messages.

    Returns:
        The size of the picture as it will be given to the step, and a note for each thing that is
        done to it; no notes if it goes as it is.

    Raises:
        ImageError: it breaks a limit that cannot be mended.
    """
    if limits is None:
        return upright_size(found), ()
    findings = limit_findings(found, limits)
    if any(not finding.mendable for finding in findings):
        raise refuse([finding for finding in findings if not finding.mendable], name)
    size = _fitted_size(upright_size(found), limits)
    codes = frozenset(finding.code for finding in findings)
    return size, tuple(_notes(found, size, codes))


def apply_fit(path: Path, limits: ImageLimits, out: Path) -> tuple[Path, tuple[Note, ...]]:
    """Bring a picture within limits, as `plan_fit` predicts.

    Args:
        path: of the picture, which is left as it is.
        limits: of the model that gets it.
        out: where a mended copy goes; its suffix becomes that of its format. Its folder is there.

    Returns:
        `path` itself without notes if nothing is to be done; else the copy, without any metadata,
        in sRGB if the picture has a colour profile, and the notes. Equal pictures give equal bytes.

    Raises:
        ImageError: it breaks a limit that cannot be mended, or cannot be decoded.
    """
    found = probe(path)
    size, notes = plan_fit(found, limits, name=path.name)
    if not notes:
        return path, ()
    from wanflow.imaging.mend import mended  # noqa: PLC0415 Pillow loads when it is needed

    return mended(path, size, limits=limits, out=out), notes


class Fitter:
    """Brings the pictures of a job within the limits of the job's model."""

    def __init__(self, limits: Mapping[str, ImageLimits]) -> None:
        """Know the image limits of each model by its name."""
        self._limits = limits

    def prepared(self, job: Job, pictures: Sequence[Path], scratch: Path) -> tuple[Path, ...]:
        """Give for each picture the file to use: itself, or a mended copy in `scratch`.

        A job without a model, or with one that has no card, takes its pictures as they are.

        Raises:
            ImageError: a picture breaks a limit that cannot be mended, or any with `fit: strict`.
        """
        limits = self._limits.get(job.model or "")
        if limits is None:
            return tuple(pictures)
        if job.fit == "strict":
            for path in pictures:
                _refuse_any(path, limits)
            return tuple(pictures)
        return tuple(
            apply_fit(path, limits, scratch / f"fitted-{number}")[0]
            for number, path in enumerate(pictures, 1)
        )


def _refuse_any(path: Path, limits: ImageLimits) -> None:
    findings = limit_findings(probe(path), limits)
    if findings:
        raise refuse(findings, path.name)


def _fitted_size(size: Size, limits: ImageLimits) -> Size:
    shortest, longest = sorted((size.width_px, size.height_px))
    if shortest < limits.side_min_px:
        scale = Fraction(limits.side_min_px, shortest)
    elif longest > limits.side_max_px:
        scale = Fraction(limits.side_max_px, longest)
    else:
        return size
    low, high = limits.side_min_px, limits.side_max_px
    return Size(
        width_px=min(max(round(size.width_px * scale), low), high),
        height_px=min(max(round(size.height_px * scale), low), high),
    )


def _notes(found: Probe, size: Size, codes: frozenset[str]) -> Iterator[Note]:
    if "image-turned" in codes:
        yield Note(code="turned_upright", text="turned upright, as its EXIF data ask for")
    if "image-alpha" in codes:
        yield Note(code="flattened", text="what is transparent was laid on white")
    if "image-cmyk" in codes:
        yield Note(code="cmyk_to_rgb", text="turned from the colours of print (CMYK) into RGB")
    if codes & {"image-too-small", "image-too-large"}:
        code = "scaled_up" if "image-too-small" in codes else "scaled_down"
        yield Note(code=code, text=f"scaled from {upright_size(found)} to {size} pixels")
    if "image-format" in codes:
        text = f"saved in another format than {FORMAT_NAMES[found.media_type]}"
        yield Note(code="other_format", text=text)
    if "image-too-many-bytes" in codes:
        text = f"packed again, as its {found.size_bytes} bytes are too many"
        yield Note(code="packed_again", text=text)
