"""The API key: kept so that it cannot be printed, and taken out of every text."""

import base64
import os
import re
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from wanflow.errors import AccountError

VARIABLE = "DASHSCOPE_API_KEY"
_MASK = "***"
# What may stand in a header; the length is ours, real keys have 35 characters.
_WELL_FORMED = re.compile(r"[!-~]{8,512}", re.ASCII)
_LARGEST_FILE_BYTES = 4096
_QUERY = re.compile(r"(?P<page>\b(?:https?|oss)://[^\s\"'<>?]{1,2000})\?[^\s\"'<>]*", re.IGNORECASE)


class ApiKey:
    """A secret that shows as `***` wherever it is printed, formatted or logged."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not _WELL_FORMED.fullmatch(text):
            raise AccountError(
                "the API key is not one line of 8 to 512 printable characters",
                hint=f"copy the key again into {VARIABLE}",
            )
        self._text = text

    def __repr__(self) -> str:
        return _MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not written anywhere")

    @property
    def fingerprint(self) -> str:
        """16 hex digits that tell keys apart and say nothing about them."""
        return sha256(b"wanflow key " + self._text.encode("ascii")).hexdigest()[:16]

    def authorization(self) -> str:
        """Give the value of the one header that carries the key."""
        return f"Bearer {self._text}"

    def redacted(self, text: str) -> str:
        """Take the key out of a text, and the query out of every address in it.

        The key is found as it is, percent-encoded, and in base64 at any of the three offsets at
        which it can stand in something longer. The query of an address is where signatures stand.
        """
        for form in self._forms():
            text = text.replace(form, _MASK)
        return _QUERY.sub(r"\g<page>?" + _MASK, text)

    def _forms(self) -> tuple[str, ...]:
        raw = self._text.encode("ascii")
        plain = (self._text, quote(self._text, safe=""), raw.hex())
        coded = {form for shift in range(3) for form in _core(raw, shift)}
        return (*plain, *sorted(coded, key=len, reverse=True))


def _core(raw: bytes, shift: int) -> tuple[str, str]:
    """Give the base64 characters that depend on the key alone when `shift` bytes stand before."""
    coded = base64.b64encode(b"\0" * shift + raw)
    first = (0, 2, 3)[shift]
    # The last quantum may depend on what follows: cut it down to the bits that are the key's.
    last = (shift + len(raw)) * 8 // 6
    core = coded[first:last].decode("ascii")
    return core, core.replace("+", "-").replace("/", "_")


def read_key(environment: Mapping[str, str], file: Path | None = None) -> ApiKey:
    """Find the key: in the environment, else in a file that only its owner can read.

    Args:
        environment: usually `os.environ`.
        file: where a key may lie; it is looked at only if the variable is not set.

    Raises:
        AccountError: there is none, or the file can be read by others.
    """
    text = environment.get(VARIABLE, "").strip()
    if text:
        return ApiKey(text)
    if file is not None and file.exists():
        return ApiKey(_read_private(file))
    raise AccountError(
        f"there is no API key: {VARIABLE} is not set",
        hint=f"set {VARIABLE} to a key of Model Studio, or render with --provider local",
    )


def redacted_for(environment: Mapping[str, str], text: str) -> str:
    """Take the key that an environment holds out of a text, if it holds one."""
    found = environment.get(VARIABLE, "").strip()
    return ApiKey(found).redacted(text) if _WELL_FORMED.fullmatch(found) else text


def _read_private(file: Path) -> str:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise AccountError(f"the key file '{file}' cannot be read: {error.strerror}") from None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise AccountError(f"the key file '{file}' is no regular file")
        if facts.st_mode & 0o077:
            raise AccountError(
                f"the key file '{file}' can be read by others", hint=f"chmod 600 '{file}'"
            )
        return os.read(descriptor, _LARGEST_FILE_BYTES).decode("utf-8", "replace").strip()
    finally:
        os.close(descriptor)
