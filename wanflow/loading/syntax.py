"""What a YAML syntax error means, in the words of somebody who writes recipes.

libyaml and the parser in pure Python word the same mistake differently; the table knows both.
"""

import re

import yaml

from wanflow.errors import Edit, Problem
from wanflow.loading.text import Lines

# `[placed[2]]`: a picture by its index, which YAML reads as a list within a list.
_INDEXED = re.compile(r"[\[,]\s*([A-Za-z][A-Za-z0-9_-]{0,63}\[(?:[0-9]{1,4}|\*)\])")
_Rule = tuple[tuple[str, ...], str, str | None]

# (words of which one must occur in the parser's message, what to say, what to type)
_RULES: tuple[_Rule, ...] = (
    (
        ("mapping values are not allowed",),
        (
            "there is a ': ' here that YAML cannot place: the line before is not finished, the "
            "indentation is wrong, or a text contains ': '"
        ),
        "put a text that contains ': ' in quotes, and line up keys of one level",
    ),
    (
        ("found unexpected end of stream",),
        "a quoted text begins here and never ends",
        "close the quotes",
    ),
    (
        ("',' or ']'",),
        "a list begins with '[' here and something in it is not separated by ',' or it never ends",
        "separate the items by ',' and close the list with ']'",
    ),
    (
        ("',' or '}'",),
        (
            "a mapping begins with '{' here and something in it is not separated by ',' or it "
            "never ends"
        ),
        "separate the entries by ',' and close the mapping with '}'",
    ),
    (
        ("'-' indicator",),
        "this line is no item ('- ...') of the list above, and not indented like its parent",
        "line it up with the lines that it belongs to",
    ),
    (
        ("could not find expected ':'",),
        "this line has no ':' after its key",
        "write 'key: value'; a text of several lines needs '|' or quotes",
    ),
    (
        ("did not find expected key", "<block end>"),
        "the indentation here fits no line above",
        "line it up with the lines that it belongs to",
    ),
    (
        ("expected node content", "expected the node content"),
        "a closing bracket or a comma stands here without what it belongs to",
        "remove it, or put the text in quotes",
    ),
    (
        ("unknown escape character", "escape sequence", "Unicode character escape"),
        "this double-quoted text contains a '\\' escape that YAML does not know",
        "write '\\\\' for a backslash, the character itself, or use single quotes",
    ),
    (
        ("alphabetic or numeric",),
        "'*' and '&' begin an alias or an anchor in YAML, and no name follows here",
        "put the text in quotes",
    ),
    (
        ("chomping or indentation", "comment or line break"),
        "after '|' or '>' the text begins on the next line",
        "put the text on the lines below, or put it in quotes",
    ),
    (
        ("document start",),
        "the file goes on after its end",
        "keep one mapping in the file, without '...' or a second '---'",
    ),
    (
        ("undefined tag handle", "tag"),
        "YAML tags ('!...') are not allowed",
        "remove the tag, or put the text in quotes",
    ),
)
# The place that helps is where the quoted text or the bracket begins, not where the file ends.
_AT_BEGINNING = ("unexpected end of stream", "',' or ']'", "',' or '}'")


def syntax_problem(error: yaml.MarkedYAMLError, lines: Lines, source: str) -> Problem:
    """Say what is wrong, and where, for one error of the parser."""
    raw = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(words in raw for words in _AT_BEGINNING):
        mark = error.context_mark
    index = min(mark.index, len(source)) if mark is not None else 0
    indexed = _INDEXED.search(lines.text_of_line(source, index)) if "',' or ']'" in raw else None
    if indexed is not None:
        message = (
            f"within '[...]' the name {indexed[1]} needs quotes, since it has brackets of its own"
        )
        hint: str | None = f'write "{indexed[1]}"'
        index = lines.start_of_line(index) + indexed.start(1)
    else:
        message, hint = _words(raw, source[index : index + 1])
    span = lines.span(index)
    fix = (Edit(span=span, old=indexed[1], new=f'"{indexed[1]}"'),) if indexed else ()
    return Problem(code="yaml-syntax", message=message, span=span, hint=hint, fix=fix)


def _words(raw: str, character: str) -> tuple[str, str | None]:
    if "node content" in raw and not character:
        return "the file ends within a list or mapping", "close it with ']' or '}'"
    if "tab character" in raw:
        return _bad_start("\t")
    if "cannot start any token" in raw:
        return _bad_start(character)
    for needles, message, hint in _RULES:
        if any(needle in raw for needle in needles):
            return message, hint
    return f"this is not YAML: {raw or 'it cannot be read'}", None


def _bad_start(character: str) -> tuple[str, str]:
    if character == "\t":
        return "the line is indented with a tab", "indent with spaces"
    return f"a text cannot begin with '{character}' without quotes", "put the text in quotes"
