"""From bytes to text: what a file must be before anybody reads YAML in it."""

import re
from bisect import bisect_right

from wanflow.errors import Problem, Span

MAX_FILE_BYTES = 1_000_000

# What YAML calls printable; everything else is invisible in an editor and means nothing here.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BREAKS = "\n\r\x85\u2028\u2029"
_UTF8_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


class Lines:
    """Turns the index of a character into its line and column, both from 1."""

    __slots__ = ("_starts", "file")

    def __init__(self, source: str, file: str) -> None:
        self.file = file
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            if line[-1] in _BREAKS:
                self._starts.append(self._starts[-1] + len(line))

    def at(self, index: int) -> tuple[int, int]:
        """Give (line, column) of one character."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def index(self, span: Span) -> int:
        """Give the index of the character at a place; -1 if there is no such line."""
        if not 1 <= span.line <= len(self._starts):
            return -1
        return self._starts[span.line - 1] + span.column - 1

    def start_of_line(self, index: int) -> int:
        """Give the index at which the line of a character begins."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def text_of_line(self, source: str, index: int) -> str:
        """Give the line that a character is on."""
        line = bisect_right(self._starts, index)
        end = self._starts[line] if line < len(self._starts) else len(source)
        return source[self._starts[line - 1] : end]

    def span(self, index: int) -> Span:
        """Give the place of one character."""
        line, column = self.at(index)
        return Span(file=self.file, line=line, column=column)


def decoded(data: bytes, *, file: str) -> tuple[str, tuple[Problem, ...]]:
    """Read a file's bytes as UTF-8 text; a byte order mark of UTF-8 is dropped.

    Returns:
        The text and no problem, or an empty text and what is wrong.
    """
    start = Span(file=file, line=1, column=1)
    if len(data) > MAX_FILE_BYTES:
        message = f"the file has {len(data):,} bytes; at most {MAX_FILE_BYTES:,} are read"
        return "", (Problem(code="file-too-large", message=message, span=start),)
    if data.startswith(_OTHER_MARKS) or data[1:2] == b"\x00" or data[:1] == b"\x00":
        message = "the file is not UTF-8 text; it looks like UTF-16, UTF-32 or a binary file"
        hint = "save it as UTF-8"
        return "", (Problem(code="not-utf8", message=message, span=start, hint=hint),)
    try:
        source = data.removeprefix(_UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        return "", (_undecodable(error, file),)
    problems = _unprintable(source, file)
    if not problems and not source.strip():
        hint = "`wanflow new` writes a first recipe"
        problems = (Problem(code="empty-file", message="the file is empty", span=start, hint=hint),)
    return ("", problems) if problems else (source, ())


def _undecodable(error: UnicodeDecodeError, file: str) -> Problem:
    before = error.object[: error.start].decode("utf-8")
    byte = error.object[error.start]
    return Problem(
        code="not-utf8",
        message=f"the byte 0x{byte:02x} here is not UTF-8",
        span=Lines(before, file).span(len(before)),
        hint="save the file as UTF-8; text from GB18030 or Latin-1 must be converted",
    )


def _unprintable(source: str, file: str) -> tuple[Problem, ...]:
    found = _UNPRINTABLE.search(source)
    if found is None:
        return ()
    return (
        Problem(
            code="control-character",
            message=f"there is an invisible control character here (U+{ord(found.group()):04X})",
            span=Lines(source[: found.start()], file).span(found.start()),
            hint="delete it; within double quotes it can be written as an escape",
        ),
    )
