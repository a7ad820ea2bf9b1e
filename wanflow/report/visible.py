"""Text that shows what it is made of: nothing in it can hide, reorder or break a page."""

import json
import re

# Controls but tab and line feed, zero-width and bidi controls, line separators, lone surrogates and
# the invisible tag characters. Joiners (200C, 200D) stay: scripts and emoji need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Write every character that would not be seen as its code point, such as `[U+202E]`.

    Line ends of other systems become line feeds; everything else stays as it is, Chinese included.
    """
    return _HIDDEN.sub(_named, text.replace("\r\n", "\n").replace("\r", "\n"))


def escaped_json(text: str) -> str:
    """Write what would not be seen in the text of some JSON as its escape; the value stays."""
    return _HIDDEN.sub(lambda found: json.dumps(found.group())[1:-1], text)


def _named(found: re.Match[str]) -> str:
    return f"[U+{ord(found.group()):04X}]"
