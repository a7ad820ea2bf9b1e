"""A run record as JSON, and back without loss. The form is held by the schema `report`."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import (
    Literal,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from wanflow.errors import UsageError
from wanflow.model.campaign import Budget, CampaignRecord, RowRecord
from wanflow.model.measure import Measure
from wanflow.model.plan import Decision
from wanflow.model.run import OutputRecord, PictureRecord, RunRecord, StepRecord
from wanflow.model.values import Artifact, JsonValue, Note, Size

VERSION = 1
_VERSION_KEY = "wanflow_report"
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = (str, int, float, bool)
_Hint: TypeAlias = object
# Fields that reports of the same version may lack, since they were written before there were such.
_LATER = frozenset({"checks", "remarks", "source_type", "written"})
_Kind = TypeVar("_Kind", list[object], dict[str, object])


def report_json(record: RunRecord) -> str:
    """Write everything that a report says as JSON, the same record always as the same text.

    Fields stand in the order of the record's types, money in millionths of the currency, times in
    UTC, pictures by SHA-256 with the path relative to the run's folder.
    """
    return written(record, _VERSION_KEY)


def written(record: object, version_key: str) -> str:
    """Write a record of any kind in the form of `report_json`, beginning with its version."""
    value = {version_key: VERSION, **_plain_fields(record)}
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    # A lone surrogate (a file name that is no UTF-8) cannot be written as UTF-8, only as an escape.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"


def record_from_json(text: str) -> RunRecord:
    """Read back what `report_json` has written.

    Lists within inputs, arguments and parameters come back as lists.

    Raises:
        UsageError: it is no report, or that of another version; says where and what is wrong.
    """
    record = read_back(text, RunRecord, _VERSION_KEY)
    assert isinstance(record, RunRecord)  # noqa: S101 - for the type checker: it is what was asked
    return record


def read_back(text: str, kind: type, version_key: str) -> object:
    """Read what `written` has written of a kind of record; errors as `record_from_json`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unfit("", f"it is no JSON: {error}") from None
    if not isinstance(value, dict) or version_key not in value:
        raise _unfit("", f"'{version_key}' is missing")
    version = value.pop(version_key)
    if version != VERSION or isinstance(version, bool):
        raise _unfit(f"/{version_key}", f"version {version!r} is not {VERSION}")
    return _read(value, kind, "")


def _plain(value: object) -> JsonValue:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_fields(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    assert value is None or isinstance(value, _PLAIN)  # noqa: S101 - a record holds nothing else
    return value


def _plain_fields(value: object) -> dict[str, JsonValue]:
    return {name: _plain(getattr(value, name)) for name in _HINTS[type(value)]}


def _hints_of(kind: type) -> dict[str, _Hint]:
    # The type of JSON values names itself, in a module with other imports than its users have.
    names = {"Sequence": Sequence, "Mapping": Mapping, "JsonValue": object}
    hints = get_type_hints(kind, localns=names)
    return {field.name: hints[field.name] for field in fields(kind)}


_KINDS = (
    RunRecord,
    StepRecord,
    OutputRecord,
    PictureRecord,
    Decision,
    Artifact,
    Note,
    Size,
    Measure,
    CampaignRecord,
    RowRecord,
    Budget,
)
_HINTS: Mapping[type, Mapping[str, _Hint]] = {kind: _hints_of(kind) for kind in _KINDS}


def _read(value: object, hint: _Hint, pointer: str) -> object:  # noqa: PLR0911 - one return a kind
    if isinstance(hint, NewType):
        return _read(value, hint.__supertype__, pointer)
    if is_dataclass(hint) and isinstance(hint, type):
        return _read_record(value, hint, pointer)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in arguments or not isinstance(value, str):
            raise _unfit(pointer, f"{value!r} is none of {', '.join(map(str, arguments))}")
        return value
    if origin in {tuple, Iterable}:
        items = _expected(value, list, pointer)
        return tuple(_read(item, arguments[0], f"{pointer}/{at}") for at, item in enumerate(items))
    if origin in {Union, UnionType} and len(arguments) == 2 and NoneType in arguments:
        inner = next(argument for argument in arguments if argument is not NoneType)
        return None if value is None else _read(value, inner, pointer)
    if origin is Mapping:
        return _expected(value, dict, pointer)
    return _read_plain(value, hint, pointer)


def _read_plain(value: object, hint: _Hint, pointer: str) -> object:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return value
    if type(value) is not hint:
        raise _unfit(pointer, f"{_short(value)} is no {getattr(hint, '__name__', hint)}")
    return value


def _read_record(value: object, kind: type, pointer: str) -> object:
    given = _expected(value, dict, pointer)
    hints = _HINTS[kind]
    for key in given:
        if key not in hints:
            raise _unfit(f"{pointer}/{key}", "there is no such field")
    known = [name for name in hints if name in given or name not in _LATER]
    for name in known:
        if name not in given:
            raise _unfit(f"{pointer}/{name}", "it is missing")
    return kind(**{name: _read(given[name], hints[name], f"{pointer}/{name}") for name in known})


def _expected(value: object, kind: type[_Kind], pointer: str) -> _Kind:
    if not isinstance(value, kind):
        raise _unfit(pointer, f"{_short(value)} is no {'list' if kind is list else 'mapping'}")
    return value


def _short(value: object) -> str:
    return repr(value)[:60]


def _unfit(pointer: str, what: str) -> UsageError:
    place = f" at '{pointer}'" if pointer else ""
    return UsageError(
        f"this is not a report{place}: {what}",
        hint="give the report.json of a run, as it was written",
    )
