"""Where each character of a text value stands in the source of a YAML scalar.

Exact wherever YAML keeps a character; a line break that YAML folds into a space stands where the
break is, and what cannot be placed stands at the nearest place before it.
"""

import re

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WHITE = re.compile("(?:[ \t]|\r\n|[\n\r\x85\u2028\u2029])+")
_RUNS = re.compile(
    "(?P<white>(?:[ \t]|\r\n|[\n\r\x85\u2028\u2029])+)|(?P<word>[^ \t\n\r\x85\u2028\u2029]+)"
)
_SIMPLE = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODED = {"x": 2, "u": 4, "U": 8}


def offsets(source: str, text: str, *, style: str, begin: int, end: int) -> tuple[int, ...]:
    """Give the index in the source for each character of a scalar's value, and for its end.

    Args:
        source: the whole file.
        text: the value that YAML made of the scalar.
        style: "" (plain), "'", '"', "|" or ">".
        begin: index of the scalar's first character, quotes and header included.
        end: index behind its last character.

    Returns:
        len(text) + 1 indexes, never falling.
    """
    if style in ("|", ">"):
        return _block(source, text, begin=begin, end=end)
    if style:
        begin, end = begin + 1, end - 1
    if source[begin:end] == text:  # nearly always
        return tuple(range(begin, end + 1))
    chars, places = _flow(source, style=style, begin=begin, end=end)
    if "".join(chars) != text:
        places = [min(begin + at, end) for at in range(len(text))]
    return (*places, end)


def _flow(source: str, *, style: str, begin: int, end: int) -> tuple[list[str], list[int]]:
    chars: list[str] = []
    places: list[int] = []
    at = begin
    while at < end:
        if style == '"' and source[at] == "\\":
            value, width = _escape(source, at, end)
        elif style == "'" and source[at] == "'":
            value, width = "'", 2
        elif white := _WHITE.match(source, at, end):
            _fold(white, chars, places)
            at = white.end()
            continue
        else:
            value, width = source[at], 1
        chars.extend(value)
        places.extend([at] * len(value))
        at += width
    return chars, places


def _escape(source: str, at: int, end: int) -> tuple[str, int]:
    """Read one escape: its value, and how many characters it takes."""
    letter = source[at + 1]
    if letter in _CODED:
        digits = _CODED[letter]
        return chr(int(source[at + 2 : at + 2 + digits], 16)), 2 + digits
    if letter in _SIMPLE:
        return _SIMPLE[letter], 2
    # An escaped line break: it goes, with the white space after it; further breaks stay.
    white = _WHITE.match(source, at + 1, end)
    skipped = white.group() if white else letter
    return "\n" * (len(_BREAK.findall(skipped)) - 1), 1 + len(skipped)


def _fold(white: re.Match[str], chars: list[str], places: list[int]) -> None:
    """Take over white space between words: as it is in a line, folded across lines."""
    breaks = [white.start() + found.start() for found in _BREAK.finditer(white.group())]
    if not breaks:
        chars.extend(white.group())
        places.extend(range(white.start(), white.end()))
    elif len(breaks) == 1:
        chars.append(" ")
        places.append(breaks[0])
    else:
        chars.extend("\n" * (len(breaks) - 1))
        places.extend(breaks[1:])


def _block(source: str, text: str, *, begin: int, end: int) -> tuple[int, ...]:
    header = _BREAK.search(source, begin, end)
    at = header.end() if header else end
    places: list[int] = []
    for run in _RUNS.finditer(text):
        white = _WHITE.match(source, at, end)
        gap_end = white.end() if white else at
        if run["white"]:
            places.extend(_gap(source, run["white"], begin=at, end=gap_end))
            at = gap_end
        else:
            places.extend(range(gap_end, gap_end + len(run["word"])))
            at = gap_end + len(run["word"])
    return (*places, min(at, end))


def _gap(source: str, white: str, *, begin: int, end: int) -> list[int]:
    """Place white space of a block's value: breaks on breaks, indentation from the right."""
    breaks = [found.start() for found in _BREAK.finditer(source, begin, end)]
    first, last = white.find("\n"), white.rfind("\n")
    if first < 0 and breaks:  # folded: the break itself became the space
        return [breaks[0]] * len(white)
    places: list[int] = []
    for at, character in enumerate(white):
        if character == "\n" and breaks:
            places.append(breaks[min(white.count("\n", 0, at), len(breaks) - 1)])
        elif at < first:
            places.append(min(begin + at, end))
        elif at > last:
            places.append(max(begin, end - (len(white) - at)))
        else:
            places.append(places[-1])
    return places
