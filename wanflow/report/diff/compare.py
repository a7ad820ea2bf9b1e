"""Two runs or two recipes against each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from wanflow.errors import ImageError
from wanflow.imaging.likeness import Likeness, likeness
from wanflow.model.campaign import CampaignRecord
from wanflow.model.difference import Change, Comparison, PicturePair, Side, Verdict
from wanflow.model.recipe import Recipe
from wanflow.model.run import PictureRecord, RunRecord, StepRecord
from wanflow.model.values import JobKey
from wanflow.report.diff.facts import Facts, campaign_facts, recipe_facts, run_facts
from wanflow.report.thumbnails import href

Look = Callable[[Path, Path], Likeness | None]
_PictureKey = tuple[JobKey, int]
_Key = TypeVar("_Key")


def compare_runs(
    before: RunRecord | CampaignRecord,
    after: RunRecord | CampaignRecord,
    *,
    folders: tuple[Path, Path],
    names: tuple[str, str],
    look: Look = likeness,
) -> Comparison:
    """Say what is different between two runs: what was asked for, and picture by picture.

    Of campaigns each row is compared with the row of the same key.

    When they were, how long they took, what they cost and what of it was reused are no
    differences: the same run a second time is the same.

    Args:
        before: the first.
        after: the second.
        folders: where the pictures of each lie.
        names: what each is called.
        look: compares two pictures that are not the same bytes.
    """
    changes = tuple(_changes(_facts(before), _facts(after)))
    pairs = tuple(_pairs(_pictures(before), _pictures(after), folders, look))
    sides = [Side(name=name, folder=folder) for name, folder in zip(names, folders, strict=True)]
    return Comparison(before=sides[0], after=sides[1], changes=_concise(changes), pictures=pairs)


def compare_recipes(before: Recipe, after: Recipe, *, names: tuple[str, str]) -> Comparison:
    """Say what is different between two recipes; layout, order of keys and comments are not."""
    changes = tuple(_changes(recipe_facts(before), recipe_facts(after)))
    return Comparison(before=Side(name=names[0]), after=Side(name=names[1]), changes=changes)


def _changes(before: Facts, after: Facts) -> Iterator[Change]:
    for key in _in_order(before, after):
        part, name = key
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield Change(part=part, name=name, field=None, before=_gist(old), after=_gist(new))
            continue
        for field in _in_order(old, new):
            if old.get(field) != new.get(field):
                yield Change(
                    part=part,
                    name=name,
                    field=field,
                    before=old.get(field),
                    after=new.get(field),
                )


def _in_order(before: Mapping[_Key, object], after: Mapping[_Key, object]) -> list[_Key]:
    """Give the keys of both in the order of the second, with those of the first where they were."""
    order = list(after)
    last = -1
    for key in before:
        if key in after:
            last = order.index(key)
        else:
            last += 1
            order.insert(last, key)
    return order


def _gist(fields: Mapping[str, str] | None) -> str | None:
    """Give what a whole part says in a line."""
    if fields is None:
        return None
    return fields.get("use") or fields.get("value") or fields.get("picture") or fields.get("type")


def _concise(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Leave out a template whose words are told by the prompt that was made of it."""
    prompts = {change.name for change in changes if change.field == "prompt"}
    return tuple(
        change for change in changes if change.field != "template" or change.name not in prompts
    )


def _facts(record: RunRecord | CampaignRecord) -> Facts:
    return campaign_facts(record) if isinstance(record, CampaignRecord) else run_facts(record)


def _pictures(record: RunRecord | CampaignRecord) -> dict[_PictureKey, PictureRecord]:
    if isinstance(record, RunRecord):
        return _of_steps(record.steps, "")
    found: dict[_PictureKey, PictureRecord] = {}
    for row in record.rows:
        found |= _of_steps(row.steps, f"{row.key}/")
    return found


def _of_steps(steps: Sequence[StepRecord], before: str) -> dict[_PictureKey, PictureRecord]:
    return {
        (JobKey(before + step.key), picture.index or number): picture
        for step in steps
        for number, picture in enumerate(step.pictures, start=1)
    }


def _pairs(
    before: Mapping[_PictureKey, PictureRecord],
    after: Mapping[_PictureKey, PictureRecord],
    folders: tuple[Path, Path],
    look: Look,
) -> Iterator[PicturePair]:
    for key in _in_order(before, after):
        old, new = before.get(key), after.get(key)
        verdict, percent = _verdict(old, new, folders, look)
        yield PicturePair(
            step=key[0], index=key[1], verdict=verdict, percent=percent, before=old, after=new
        )


def _verdict(
    old: PictureRecord | None,
    new: PictureRecord | None,
    folders: tuple[Path, Path],
    look: Look,
) -> tuple[Verdict, float | None]:
    if old is None or new is None:
        return ("only-b" if old is None else "only-a"), None
    if old.artifact.sha256 == new.artifact.sha256:
        return "same", 0.0
    files = [_file(old, folders[0]), _file(new, folders[1])]
    try:
        if files[0] is None or files[1] is None:
            return "unknown", None
        seen = look(files[0], files[1])
    except ImageError:
        return "unknown", None
    if seen is None:
        return "differs", None
    return ("alike" if seen.alike else "differs"), seen.mean_percent


def _file(picture: PictureRecord, folder: Path) -> Path | None:
    """Find the file, unless the report of a stranger leads out of the run's folder."""
    if picture.file is None or href(picture.file) is None:
        return None
    return folder / picture.file
