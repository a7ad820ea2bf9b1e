"""Where the contract is: the text of each JSON Schema by name, installed or not."""

from importlib.resources import files
from importlib.resources.abc import Traversable

# In a checkout the schemas stand at its top; the wheel maps them into the package.
_INSTALLED = "_schemas"
_SUFFIX = ".schema.json"


def schema(name: str) -> str:
    """Give the text of one schema.

    Args:
        name: `recipe`, `operation`, `model`, `report`, ...; `names()` lists them.

    Raises:
        KeyError: there is no schema of that name.
    """
    if name not in names():
        raise KeyError(name)
    return (_folder() / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def names() -> tuple[str, ...]:
    """List the names of all schemas, sorted."""
    found = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


def _folder() -> Traversable:
    package = files("wanflow")
    installed = package / _INSTALLED
    if installed.is_dir():
        return installed
    return files("wanflow").joinpath("..", "schemas")
