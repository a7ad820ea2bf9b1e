"""What every code means, what causes it and what cures it, in English and Chinese.

The texts are data: one TOML file a theme, in the order in which a reader meets them. A table is
named by its code and has `severity`, `en` and `zh` (meaning, cause, cure), `example` (a mistake and
the same without it) and `also` (further codes of the service that mean the same).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A recipe with the mistake, and the same recipe without it."""

    name: str
    bad: str
    good: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one code means; a `note` says why something happens and is no mistake."""

    code: str
    theme: Text
    severity: Severity
    meaning: Text
    cause: Text
    cure: Text
    example: Example | None = None


@cache
def explanations() -> Mapping[str, Explanation]:
    """Give all explanations by code, in the order of their themes; read once in a process."""
    return {one.code: one for name in _theme_files() for one in _theme(name)}


def _theme_files() -> list[str]:
    names = (entry.name for entry in files(__package__).iterdir())
    themes = [name for name in names if name.endswith(".toml") and name[:1].isdigit()]
    return sorted(themes, key=lambda name: int(name.partition("-")[0]))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _examples() -> Mapping[str, Mapping[str, str]]:
    return _read("examples.toml")


def _theme(name: str) -> Iterator[Explanation]:
    tables = _read(name)
    en, zh = tables.pop("title")
    theme = Text(en=en, zh=zh)
    for code, table in tables.items():
        for one in (code, *table.get("also", ())):
            yield _explanation(one, table, theme)


def _explanation(code: str, table: Mapping[str, Any], theme: Text) -> Explanation:
    meaning, cause, cure = (
        Text(en=en, zh=zh) for en, zh in zip(table["en"], table["zh"], strict=True)
    )
    example = table.get("example")
    return Explanation(
        code=code,
        theme=theme,
        severity=table["severity"],
        meaning=meaning,
        cause=cause,
        cure=cure,
        example=Example(name=example, **_examples()[example]) if example else None,
    )
