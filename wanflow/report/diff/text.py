"""What is different, as a person reads it in a terminal and as a program does."""

from collections import Counter
from collections.abc import Iterator, Mapping

from wanflow.model.difference import Change, Comparison, PicturePair, Verdict
from wanflow.model.run import PictureRecord
from wanflow.model.values import JsonValue
from wanflow.report.amounts import counted
from wanflow.report.columns import wrapped
from wanflow.report.diff.words import word_difference
from wanflow.report.ink import Colour, Ink
from wanflow.report.safe import safe_text

_COLUMNS = 80
_INDENT = "    "
_LONG = 24  # characters from which two texts are shown as one, with their words marked
VERDICTS: Mapping[Verdict, str] = {
    "same": "the same bytes",
    "alike": "looks alike",
    "differs": "differs",
    "unknown": "other bytes; a file is missing, so how much it differs is not known",
    "only-a": "only in the first",
    "only-b": "only in the second",
}
_COLOURS: Mapping[Verdict, Colour] = {
    "same": "dim",
    "alike": "dim",
    "differs": "yellow",
    "unknown": "yellow",
    "only-a": "red",
    "only-b": "green",
}


def difference_text(comparison: Comparison, *, color: bool = False) -> str:
    """Show what is different in lines of at most 80 columns; a word of a long text by itself.

    What was taken out stands in `[-…-]`, what came in in `{+…+}`.
    """
    ink = Ink(color)
    if comparison.same:
        return f"nothing is different: {_compared(comparison)}"
    names = (safe_text(side.name, None) for side in (comparison.before, comparison.after))
    lines = [f"{ink(next(names), 'red')}  →  {ink(next(names), 'green')}"]
    place = None
    for change in comparison.changes:
        here = title_of(change)
        if here != place:
            lines += ["", ink(safe_text(here), "bold")]
            place = here
        lines += _change(change, ink)
    if comparison.pictures:
        lines += ["", ink("pictures", "bold"), *_pictures(comparison, ink)]
    return "\n".join(lines)


def difference_json(comparison: Comparison) -> JsonValue:
    """Give the same as `schemas/diff.schema.json` describes it."""
    return {
        "version": 1,
        "same": comparison.same,
        "before": comparison.before.name,
        "after": comparison.after.name,
        "changes": [_change_json(change) for change in comparison.changes],
        "pictures": [
            {
                "step": pair.step,
                "index": pair.index,
                "verdict": pair.verdict,
                "apart_percent": None if pair.percent is None else round(pair.percent, 3),
                "before": _picture_json(pair.before),
                "after": _picture_json(pair.after),
            }
            for pair in comparison.pictures
        ],
    }


def title_of(change: Change) -> str:
    """Name the part that a change is in: `step wide`."""
    return f"{change.part} {change.name}".rstrip()


def _compared(comparison: Comparison) -> str:
    pictures = len(comparison.pictures)
    return f"{counted(pictures, 'picture')} compared" if pictures else "both say the same"


def _change(change: Change, ink: Ink) -> Iterator[str]:
    if change.field is None:
        gist = safe_text(change.before or change.after or "")
        word = ("added", "green") if change.before is None else ("removed", "red")
        yield f"  {_painted(word[0], word[1], ink)}{f': {gist}' if gist else ''}"
        return
    old, new = (None if t is None else safe_text(t, None) for t in (change.before, change.after))
    label = f"  {safe_text(change.field)}: "
    if old is None or new is None:
        whole = f"[-{old}-]" if new is None else f"{{+{new}+}}"
        yield from _laid_out(label, whole, "", ink)
    elif max(len(old), len(new)) < _LONG:
        yield from _laid_out(label, f"[-{old}-]", f"{{+{new}+}}", ink)
    else:
        words = "".join(
            {"kept": p.text, "removed": f"[-{p.text}-]", "added": f"{{+{p.text}+}}"}[p.kind]
            for p in word_difference(old, new)
        )
        yield from _laid_out(label, words, "", ink)


def _laid_out(label: str, text: str, more: str, ink: Ink) -> Iterator[str]:
    whole = f"{text} {more}".rstrip()
    lines = wrapped(label + whole, _COLUMNS - 1)
    open_mark: Colour | None = None
    for number, line in enumerate(lines):
        painted, open_mark = _marked(line, open_mark, ink)
        yield painted if number == 0 else _INDENT + painted


def _marked(line: str, state: Colour | None, ink: Ink) -> tuple[str, Colour | None]:
    """Paint what stands between the marks; one that is open at the end of a line stays open."""
    if not ink.on:
        return line, state
    out, at = "", 0
    while at < len(line):
        if state is None:
            starts = [(i, m, c) for m, c in _MARKS if (i := line.find(m, at)) >= 0]
            if not starts:
                return out + line[at:], None
            start, _, state = min(starts)
            out, at = out + line[at:start], start
        end = line.find("-]" if state == "red" else "+}", at)
        stop = len(line) if end < 0 else end + 2
        out, at = out + ink(line[at:stop], state), stop
        state = state if end < 0 else None
    return out, state


_MARKS: tuple[tuple[str, Colour], ...] = (("[-", "red"), ("{+", "green"))


def _painted(word: str, colour: str, ink: Ink) -> str:
    return ink(word, "green" if colour == "green" else "red")


def _pictures(comparison: Comparison, ink: Ink) -> Iterator[str]:
    told = [pair for pair in comparison.pictures if pair.verdict != "same"]
    width = max((len(label_of(pair)) for pair in told), default=0)
    for pair in told:
        said = VERDICTS[pair.verdict]
        if pair.percent is not None:
            said += f", by {pair.percent:.1f} % on average"
        said += _sizes(pair)
        yield f"  {safe_text(label_of(pair)):<{width}}  {ink(said, _COLOURS[pair.verdict])}"
    counts = Counter(pair.verdict for pair in comparison.pictures)
    if counts["same"]:
        yield ink(f"  {counted(counts['same'], 'picture')} with the same bytes", "dim")


def label_of(pair: PicturePair) -> str:
    """Name a picture as recipes do: `placed[2]`."""
    return f"{pair.step}[{pair.index}]"


def _sizes(pair: PicturePair) -> str:
    if pair.before is None or pair.after is None or pair.before.size == pair.after.size:
        return ""
    return f", {pair.before.size} before and {pair.after.size} after"


def _change_json(change: Change) -> JsonValue:
    return {
        "part": change.part,
        "name": change.name,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "words": [
            {"kind": piece.kind, "text": piece.text}
            for piece in word_difference(change.before or "", change.after or "")
        ],
    }


def _picture_json(picture: PictureRecord | None) -> JsonValue:
    if picture is None:
        return None
    return {
        "sha256": picture.artifact.sha256,
        "file": picture.file,
        "width_px": picture.artifact.width_px,
        "height_px": picture.artifact.height_px,
    }
