"""Where a schema wants text, so that `1.10`, `007` and `true` are taken as they are written."""

from collections.abc import Iterator

from wanflow.loading.parse import escaped
from wanflow.loading.shape import Schemas, below, branches, entries, fits, kind_of, wanted_kinds
from wanflow.model.values import JsonValue, Pointer


def text_pointers(value: JsonValue, schema: object, *, base: str = "") -> Iterator[Pointer]:
    """List the places at which something else than text stands, and the schema wants text.

    A place that also takes what stands there (`timeout: 90`) is not among them.

    Args:
        value: what was read.
        schema: a JSON Schema without references.
        base: the pointer of the value within its document.
    """
    todo: list[tuple[JsonValue, Schemas, str]] = [(value, branches(schema), base)]
    while todo:
        at, schemas, pointer = todo.pop()
        for key, item in entries(at):
            if isinstance(item, str):
                continue
            inner = below(schemas, key)
            if not inner:
                continue
            place = f"{pointer}/{escaped(str(key))}"
            kind = kind_of(item)
            if kind in ("object", "array"):
                todo.append((item, inner, place))
                continue
            wanted = wanted_kinds(inner)
            if "string" in wanted and not fits(kind, wanted):
                yield Pointer(place)
