"""A campaign's page taken apart, as a browser would."""

import base64
import json
import re
import zlib
from html.parser import HTMLParser
from typing import Any

_DATA = re.compile('<script type="application/json" id="data">"([A-Za-z0-9+/=]*)"</script>')


class Outline(HTMLParser):
    """The tags of a page with their attributes, and its text outside of script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._raw = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._raw = tag if tag in {"script", "style"} else ""

    def handle_endtag(self, tag: str) -> None:
        self.text += " "
        if tag == self._raw:
            self._raw = ""

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def classed(self, name: str) -> list[dict[str, str | None]]:
        return [found for _, found in self.tags if name in (found.get("class") or "").split()]


def data_of(page: str) -> Any:  # noqa: ANN401 # JSON, looked at by tests
    """Give what the script of a page knows."""
    found = _DATA.search(page)
    assert found
    return json.loads(zlib.decompress(base64.b64decode(found.group(1)), wbits=-15))
