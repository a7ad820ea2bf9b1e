"""What has changed between two requests of one step, as a reason and in words."""

from collections.abc import Mapping

from wanflow.model.plan import Decision, Reason
from wanflow.model.values import JsonValue
from wanflow.planning.fingerprint import canonical

_SHOWN_CHARS = 40
_AROUND_CHARS = 12


def change(before: Mapping[str, JsonValue], now: Mapping[str, JsonValue]) -> Decision:
    """Name the difference between the last request of a step and today's.

    Args:
        before: the request as it was recorded, see `request_of`.
        now: the request of this plan; it differs from `before`.

    Returns:
        A decision to run. When several things differ, the one that a person most likely did is
        the reason and the others stand behind it in the detail.
    """
    found: list[tuple[Reason, str]] = []
    for field, reason in _SIMPLE:
        if before.get(field) != now.get(field):
            found.append((reason, difference(_text(before.get(field)), _text(now.get(field)))))
    for field, reason in _MAPPINGS:
        words = _entries(before.get(field), now.get(field))
        if words:
            found.append((reason, words))
    found.extend(_images(before.get("images"), now.get("images")))
    if not found:
        return Decision(action="run", reason="first-time")
    (reason, detail), *others = found
    more = "".join(f"; {name.replace('-', ' ')}" for name, _ in others)
    return Decision(action="run", reason=reason, detail=detail + more)


_SIMPLE: tuple[tuple[str, Reason], ...] = (
    ("operation", "operation-changed"),
    ("prompt", "prompt-changed"),
)
_MAPPINGS: tuple[tuple[str, Reason], ...] = (
    ("arguments", "arguments-changed"),
    ("parameters", "parameters-changed"),
)


def difference(before: str, now: str) -> str:
    """Show the part in which two texts differ, with a little around it when the part is short.

    Both are cut at word boundaries where the script has them, so `a red car` against `a blue car`
    reads `'red' to 'blue'`; in Chinese the characters themselves are the words.
    """
    start = _common(before, now)
    end = _common(before[start:][::-1], now[start:][::-1])
    while start and _latin(before[start - 1]) and _latin_at(start, before, now):
        start -= 1
    tails = (before[::-1], now[::-1])
    while end and _latin(tails[0][end - 1]) and _latin_at(end, *tails):
        end -= 1
    old, new = before[start : len(before) - end], now[start : len(now) - end]
    if not old or not new:
        old, new = (_with_context(text, start, end) for text in (before, now))
    return f"{_quoted(old)} to {_quoted(new)}"


def _common(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _latin_at(at: int, *texts: str) -> bool:
    return any(_latin(text[at]) for text in texts if at < len(text))


def _latin(char: str) -> bool:
    return char.isalnum() and ord(char) < 0x2E80


def _with_context(text: str, start: int, end: int) -> str:
    return text[max(0, start - _AROUND_CHARS) : len(text) - max(0, end - _AROUND_CHARS)]


def _quoted(text: str) -> str:
    return f"'{text}'" if len(text) <= _SHOWN_CHARS else f"'{text[: _SHOWN_CHARS - 1]}…'"


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)


def _entries(before: JsonValue, now: JsonValue) -> str:
    old = before if isinstance(before, Mapping) else {}
    new = now if isinstance(now, Mapping) else {}
    words: list[str] = []
    for key in sorted({*old, *new}):
        if key not in new:
            words.append(f"{key} removed (was {_quoted(_text(old[key]))})")
        elif key not in old:
            words.append(f"{key} is now {_quoted(_text(new[key]))}")
        elif canonical(old[key]) != canonical(new[key]):
            words.append(f"{key} {_quoted(_text(old[key]))} to {_quoted(_text(new[key]))}")
    return ", ".join(words)


def _images(before: JsonValue, now: JsonValue) -> list[tuple[Reason, str]]:
    old = before if isinstance(before, list | tuple) else ()
    new = now if isinstance(now, list | tuple) else ()
    if len(old) != len(new):
        return [("images-changed", f"{len(old)} to {len(new)}")]
    found: list[tuple[Reason, str]] = []
    for place, (was, is_now) in enumerate(zip(old, new, strict=True), start=1):
        if was == is_now:
            continue
        if isinstance(was, Mapping) and isinstance(is_now, Mapping) and _same_kind(was, is_now):
            found.append(("upstream-changed", f"image {place}"))
        else:
            found.append(("images-changed", f"image {place}"))
    return found


def _same_kind(was: Mapping[str, JsonValue], is_now: Mapping[str, JsonValue]) -> bool:
    return "step" in was and "step" in is_now and was.get("index") == is_now.get("index")
