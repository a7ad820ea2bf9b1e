"""What is set where: options first, then the environment, then the settings file."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from wanflow.errors import UsageError
from wanflow.model.provenance import Labels, MetadataMode

_KEYS = (
    "provider",
    "region",
    "base_url",
    "workspace_id",
    "key_file",
    "out",
    "workspace",
    "metadata",
    "author",
)
_PATHS = frozenset({"out", "workspace", "key_file"})
_LIMITS = "dashscope"  # the table of the service's limits
_LABELS = "labels"  # the table of the user's own names for labels
_LABEL_KEYS = ("producer", "propagator")
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for a command when no option says otherwise.

    `limits` are times and counts of the service, by the names of the table `[dashscope]`; `labels`
    is what is written into the files of results.
    """

    provider: str = "local"
    region: str | None = None
    base_url: str | None = None
    workspace_id: str | None = None
    key_file: Path | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    out: Path = Path("runs")
    workspace: Path | None = None
    labels: Labels = field(default_factory=Labels)


def settings(start: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings that hold in a folder.

    The nearest `wanflow.toml`, or `pyproject.toml` with a table `[tool.wanflow]`, from `start`
    upwards; over it the environment's `WANFLOW_PROVIDER`, `WANFLOW_REGION`, `WANFLOW_BASE_URL`,
    `WANFLOW_WORKSPACE_ID`, `WANFLOW_KEY_FILE`, `WANFLOW_OUT`, `WANFLOW_WORKSPACE`,
    `WANFLOW_METADATA` and `WANFLOW_AUTHOR`. Paths in a file are relative to that file; its table
    `[dashscope]` holds limits of the service, `[labels]` the names for labels.

    Raises:
        UsageError: the file is no TOML, or has a key that is unknown or of the wrong type.
    """
    environment = os.environ if environment is None else environment
    found, limits, names = _from_file(start)
    for key in _KEYS:
        value = environment.get(f"WANFLOW_{key.upper()}")
        if value:
            found[key] = value
    return Settings(
        provider=found.get("provider", "local"),
        region=found.get("region"),
        base_url=found.get("base_url"),
        workspace_id=found.get("workspace_id"),
        key_file=Path(found["key_file"]) if "key_file" in found else None,
        limits=limits,
        out=Path(found.get("out", "runs")),
        workspace=Path(found["workspace"]) if "workspace" in found else None,
        labels=Labels(
            mode=_mode(found.get("metadata", "label")), author=found.get("author"), **names
        ),
    )


def _mode(text: str) -> MetadataMode:
    known: tuple[MetadataMode, ...] = get_args(MetadataMode)
    for mode in known:
        if mode == text:
            return mode
    raise UsageError(
        f"'metadata' is set to '{text}', which wanflow does not know",
        hint=f"known are {', '.join(known)}",
    )


def _from_file(start: Path) -> tuple[dict[str, str], Mapping[str, float], Mapping[str, str]]:
    for folder in (start, *start.parents):
        for name in ("wanflow.toml", "pyproject.toml"):
            table = _table(folder / name)
            if table is not None:
                file = folder / name
                return _checked(table, file), _limits(table, file), _names(table, file)
    return {}, {}, {}


def _table(file: Path) -> Mapping[str, object] | None:
    if not file.is_file():
        return None
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if file.name == "pyproject.toml":
            return None  # somebody else's file; its owner's tools will say
        raise UsageError(f"{file} is not valid TOML: {error}") from None
    if file.name == "wanflow.toml":
        return content
    tool = content.get("tool", {})
    table = tool.get("wanflow") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _checked(table: Mapping[str, object], file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name in {_LIMITS, _LABELS}:
            continue
        if name not in _KEYS:
            raise UsageError(
                f"{file} sets '{key}', which wanflow does not know",
                hint=f"known are {', '.join(_KEYS)} and the tables [{_LIMITS}] and [{_LABELS}]",
            )
        if not isinstance(value, str):
            raise UsageError(f"{file} sets '{key}' to something that is not text")
        found[name] = str(file.parent / value) if name in _PATHS else value
    return found


def _names(table: Mapping[str, object], file: Path) -> dict[str, str]:
    """Read the user's own names for labels; nothing stands in for one that is not given."""
    given = table.get(_LABELS, {})
    if not isinstance(given, dict):
        raise UsageError(f"{file} has a '{_LABELS}' that is no table")
    for key, value in given.items():
        if key not in _LABEL_KEYS:
            raise UsageError(
                f"{file} sets '{key}' in [{_LABELS}], which wanflow does not know",
                hint=f"known are {' and '.join(_LABEL_KEYS)}",
            )
        if not isinstance(value, str) or not 0 < len(value.strip()) <= len(value) <= _LONGEST_LABEL:
            raise UsageError(
                f"{file} sets '{key}' in [{_LABELS}] to something that is not a text of 1 to"
                f" {_LONGEST_LABEL} characters"
            )
    return dict(given)


def _limits(table: Mapping[str, object], file: Path) -> dict[str, float]:
    """Read the limits of the service: waits in seconds, and counts."""
    given = table.get(_LIMITS, {})
    if not isinstance(given, dict):
        raise UsageError(f"{file} has a '{_LIMITS}' that is no table")
    if not given:
        return {}
    from wanflow.cli.service import limit_names

    known = limit_names()
    found: dict[str, float] = {}
    for key, value in given.items():
        name = key.replace("-", "_")
        if name not in known:
            raise UsageError(
                f"{file} sets '{key}' in [{_LIMITS}], which wanflow does not know",
                hint=f"known are {', '.join(sorted(known))}",
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not value > 0 or (known[name] is int and not isinstance(value, int)):
            kind = "a whole number above 0" if known[name] is int else "a number above 0"
            raise UsageError(f"{file} sets '{key}' in [{_LIMITS}] to something that is not {kind}")
        found[name] = value
    return found
