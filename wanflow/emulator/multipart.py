"""Taking a multipart form apart: what the upload of a file needs, and no more."""

import re

_BOUNDARY = re.compile(r'multipart/form-data;.*?boundary="?([^";,]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'(?:^|[;\s])name="([^"]*)"', re.IGNORECASE)


def read_form(body: bytes, content_type: str) -> dict[str, bytes]:
    """Give the parts of a form by name; empty for what is no form.

    Bodies are bytes as sent: a name in the `key` field is UTF-8 and not escaped.
    """
    found = _BOUNDARY.match(content_type)
    if found is None:
        return {}
    mark = b"\r\n--" + found[1].encode("latin-1", "replace")
    parts: dict[str, bytes] = {}
    for piece in (b"\r\n" + body).split(mark)[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name:
            parts[name[1].decode("utf-8", "replace")] = content
    return parts
