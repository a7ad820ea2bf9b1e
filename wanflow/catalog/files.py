"""The data files of the catalogue, unread."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

DEFAULT_MODEL = "wan2.5-i2i-preview"
_SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogTexts:
    """The bytes of each file by its name, such as `detect.yaml`; sorted by name."""

    operations: Mapping[str, bytes]
    models: Mapping[str, bytes]


def texts() -> CatalogTexts:
    """Read the catalogue's files; nothing in them is interpreted here."""
    return CatalogTexts(operations=_folder("operations"), models=_folder("models"))


def _folder(name: str) -> dict[str, bytes]:
    entries = (files("wanflow.catalog") / name).iterdir()
    found = {entry.name: entry.read_bytes() for entry in entries if entry.name.endswith(_SUFFIX)}
    return dict(sorted(found.items()))
