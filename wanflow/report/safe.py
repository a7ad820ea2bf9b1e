"""Text that others wrote, fit for a terminal or a log: nothing in it moves, hides or commands."""

import unicodedata

# Control, format (bidi controls, zero-width), surrogate, line and paragraph separator.
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and marks by category that are drawn as nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_CUT = "…"


def safe_text(text: str, limit: int | None = 300) -> str:
    r"""Make every character visible that is not, as `\x1b` or `\u{202e}`; keep all others.

    Args:
        text: from anywhere.
        limit: the most characters of `text` to show; what is cut off is shown as `…`. None for
            all of it.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(0, limit - 1)] + _CUT
    if text.isprintable() and _BLANK.isdisjoint(text):
        return text
    return "".join(map(safe_character, text))


def safe_character(character: str) -> str:
    """Give one character as `safe_text` shows it."""
    if unicodedata.category(character) not in _UNFIT and character not in _BLANK:
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{{{number:x}}}"
