"""Lines of a file of rows as text: the encoding is known or said, never guessed."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from wanflow.errors import Problem, Span
from wanflow.loading.rows.raw import MAX_ROW_CHARS, RowsError

# What no editor shows; the same as in recipes, except that U+FEFF is allowed within a line.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HAN = re.compile("[\u3400-\u9fff]")
_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
_UTF8_MARK = b"\xef\xbb\xbf"
_SAMPLE_BYTES = 65_536


def lines_of(stream: BinaryIO, *, file: str, encoding: str = "utf-8") -> Iterator[str]:
    """Read a file line by line, each with its line break: a line feed, CR LF or a CR.

    A byte order mark of UTF-8 is dropped.

    Args:
        stream: at its beginning; can be read anew.
        file: what it is called in messages.
        encoding: `utf-8`, `gb18030`, `big5` or `utf-16`.

    Raises:
        RowsError: it is not in that encoding, has invisible control characters, or a line of more
            than a million characters.
    """
    _refuse_other_marks(stream, file, encoding)
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    text = io.TextIOWrapper(stream, encoding=codec, newline="")
    number = 0
    try:
        while True:
            number += 1
            line = text.readline(MAX_ROW_CHARS + 1)
            if not line:
                return
            if len(line) > MAX_ROW_CHARS:
                raise RowsError(_long(Span(file=file, line=number, column=1)))
            if _UNPRINTABLE.search(line) is not None:
                raise RowsError(_unprintable(line, number, file))
            yield line
    except UnicodeDecodeError:
        raise RowsError(_undecodable(stream, file, encoding)) from None
    finally:
        if not stream.closed:
            text.detach()  # else it would be closed with this reader of it


def _long(span: Span) -> Problem:
    return Problem(
        code="row-too-long",
        message=f"this line has more than {MAX_ROW_CHARS:,} characters",
        span=span,
        hint="a row is one set of inputs; give long texts and pictures as files",
    )


def _refuse_other_marks(stream: BinaryIO, file: str, encoding: str) -> None:
    start = stream.read(4)
    stream.seek(0)
    span = Span(file=file, line=1, column=1)
    for mark, name in _MARKS:
        if start.startswith(mark) and encoding != "utf-16":
            hint = "save it as UTF-8"
            if name == "UTF-16":
                hint += ", or write `encoding: utf-16` in the campaign"
            message = f"the file is not in {encoding.upper()}; it begins as {name} does"
            raise RowsError(Problem(code="not-utf8", message=message, span=span, hint=hint))
    if start.startswith(_UTF8_MARK) and encoding != "utf-8":
        message = f"the file begins as UTF-8 does; the campaign says {encoding}"
        hint = f"remove `encoding: {encoding}` from the campaign"
        raise RowsError(Problem(code="wrong-encoding", message=message, span=span, hint=hint))


def _unprintable(line: str, number: int, file: str) -> Problem:
    found = _UNPRINTABLE.search(line)
    at = found.start() if found else 0
    name = "a NUL" if line[at] == "\0" else "an invisible control character"
    return Problem(
        code="control-character",
        message=f"there is {name} here (U+{ord(line[at]):04X})",
        span=Span(file=file, line=number, column=at + 1),
        hint="delete it; if the file is full of them, it is no text",
    )


def _undecodable(stream: BinaryIO, file: str, encoding: str) -> Problem:
    """Find the first byte that does not fit, and say what the file may be instead."""
    number, column, bad = _first_misfit(stream, encoding)
    span = Span(file=file, line=number, column=column)
    if encoding != "utf-8":
        message = f"this is not {encoding.upper()}, as the campaign says"
        hint = "name the right `encoding` in the campaign, or save the file as UTF-8"
        return Problem(code="wrong-encoding", message=message, span=span, hint=hint)
    if _looks_chinese(bad):
        message = "the file is not UTF-8; it looks like GB18030 (GBK), as Excel in Chinese saves it"
        hint = (
            "write `encoding: gb18030` in the campaign, or convert it:"
            " iconv -f gb18030 -t utf-8 rows.csv > rows-utf8.csv"
        )
    else:
        message = f"the byte 0x{bad[0]:02x} here is not UTF-8"
        hint = "save the file as UTF-8, or name its `encoding` in the campaign"
    return Problem(code="not-utf8", message=message, span=span, hint=hint)


def _first_misfit(stream: BinaryIO, encoding: str) -> tuple[int, int, bytes]:
    """Give line, column and the bytes from the first one on that does not fit."""
    stream.seek(0)
    # The line breaks of UTF-16 are not those of its bytes: there it is the file as a whole.
    lines = enumerate(stream if encoding != "utf-16" else (), start=1)
    found = (
        (number, misfit[0], misfit[1] + stream.read(_SAMPLE_BYTES))
        for number, raw in lines
        if (misfit := _misfit(raw.removeprefix(_UTF8_MARK) if number == 1 else raw, encoding))
    )
    return next(found, (1, 1, b"\0"))


def _misfit(line: bytes, encoding: str) -> tuple[int, bytes] | None:
    try:
        codecs.decode(line, encoding)
    except UnicodeDecodeError as error:
        return len(line[: error.start].decode(encoding, "replace")) + 1, line[error.start :]
    return None


def _looks_chinese(sample: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError:
        return False
    return _HAN.search(text) is not None
