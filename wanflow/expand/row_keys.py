"""What a row of a campaign is called, in folders and reports."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from wanflow.expand.problem import TemplateProblem
from wanflow.expand.repeated import Repeated
from wanflow.expand.templates import check_template, used_names
from wanflow.model.values import JsonValue

_LONGEST_PART_CHARS = 40
# What sizes and ratios have, and no folder may: `1280*720` is called 1280x720.
_IN_NAMES = str.maketrans({"*": "x", ":": "-", "/": "-", "\\": "-", "?": "-", '"': "-"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNames:
    """Names rows by a template, None for their numbers; `mentioned` are the names it uses."""

    template: str | None
    mentioned: frozenset[str]
    _repeated: Repeated = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_repeated", Repeated(self.template or ""))

    def base(
        self, row: Mapping[str, JsonValue], number: int, combination: Mapping[str, JsonValue]
    ) -> str:
        """Name a row, but for the values of the matrix that its template does not mention.

        Args:
            row: its own columns.
            number: its name where there is no template.
            combination: of the matrix.

        Raises:
            TemplateError: the template does not render with this row.
        """
        if self.template is None:
            return str(number)
        return self._repeated.render({**combination, "row": row}).strip()

    def suffix(self, combination: Mapping[str, JsonValue]) -> str:
        """Give what is added to the name of a row for one combination."""
        parts = (
            _part(value)
            for name, value in combination.items()
            if name.replace("-", "_") not in self.mentioned
        )
        return "".join(f"-{part}" for part in parts)


def row_names(template: str | None) -> RowNames:
    """Prepare the naming of rows by the template of a campaign's `key`."""
    mentioned = used_names(template) if template is not None else frozenset()
    return RowNames(template=template, mentioned=mentioned)


def key_problems(template: str, keys: tuple[str, ...]) -> tuple[TemplateProblem, ...]:
    """Find everything that is wrong with the template of a key, whatever the rows."""
    return check_template(template, names={"row", *keys})


def folded(key: str) -> str:
    """Give what is the same for two keys that a file system may take for one."""
    return key.lower() if key.isascii() else unicodedata.normalize("NFC", key).casefold()


def _part(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    if "/" in text:
        text = PurePath(text).stem  # a picture goes by its name
    return text.translate(_IN_NAMES)[:_LONGEST_PART_CHARS].strip(" .")
