"""Options as texts: one table for every command line that starts an emulator."""

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from wanflow.emulator.faults.catalogue import CATALOGUE
from wanflow.emulator.faults.rules import FaultSpecError, read_rules
from wanflow.emulator.pictures import CheckImages
from wanflow.emulator.settings import NO_LIMITS, Key, Latency, Limits, Settings

# Source: wan2.5 API reference, HTTP part: one to two minutes.
_REAL_LATENCY = Latency(median_s=75.0, sigma=0.25)
_FIELD_OF_LIMIT = {"submit": "submit_per_s", "query": "query_per_s", "policy": "policy_per_s"}


class OptionError(ValueError):
    """An option that cannot be understood; `hint` says what to write."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: its name without dashes, what its text looks like, and what it does."""

    name: str
    form: str
    default: str
    meaning: str


OPTIONS = (
    Option(
        name="latency",
        form="fixed:S | lognormal:MEDIAN,SIGMA | real",
        default="fixed:1",
        meaning="how long a task runs, in seconds",
    ),
    Option(
        name="limits",
        form="real | none | submit=N,query=N,policy=N,running=N,window=token|sliding",
        default="real",
        meaning="requests a second and tasks running at once; what is not named stays real",
    ),
    Option(name="faults", form="SPEC", default="", meaning="what goes wrong: names with commas"),
    Option(name="seed", form="N", default="0", meaning="of everything random, the faults too"),
    Option(name="list-lag", form="S", default="0", meaning="seconds until a list shows a task"),
    Option(
        name="expire-after",
        form="S",
        default="86400",
        meaning="seconds that a task and its results are kept after its end",
    ),
    Option(
        name="check-images",
        form="off | strict | ratio",
        default="strict",
        meaning="input limits: none, the documented ones, or the disputed 1:4 to 4:1 as well",
    ),
    Option(
        name="refuse-images-at",
        form="task | submission",
        default="task",
        meaning="whether a bad picture gives a FAILED task or a 400",
    ),
    Option(
        name="outside-urls",
        form="accept | refuse",
        default="accept",
        meaning="pictures at other addresses: taken on trust or refused, never fetched",
    ),
    Option(
        name="keys",
        form="[ACCOUNT:]KEY,...",
        default="",
        meaning="the keys that are good; without it every key that begins with sk-",
    ),
    Option(
        name="workspaces",
        form="ID,...",
        default="",
        meaning="the workspaces that exist; without it every well-formed id",
    ),
)


def settings_from(texts: Mapping[str, str]) -> Settings:
    """Make settings from option texts; an option that is not named has its default.

    Args:
        texts: option name without dashes in front, such as `list-lag`, and its text.

    Raises:
        OptionError: a name is unknown or a text cannot be understood.
    """
    names = [option.name for option in OPTIONS]
    for name in texts:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
            raise OptionError(f"there is no option '{name}'", hint=f"did you mean '{near[0]}'?")
    given = {option.name: texts.get(option.name, option.default) for option in OPTIONS}
    values = {name: _READERS[name](name, text.strip()) for name, text in given.items()}
    fields = {_FIELDS.get(name, name.replace("-", "_")): value for name, value in values.items()}
    return Settings(**fields)


def described_faults() -> str:
    """List every fault with where it happens and what it is, one a line."""
    return "\n".join(
        f"{fault.name:<26} {'/'.join(fault.places):<38} {fault.meaning}"
        for fault in CATALOGUE.values()
    )


_FIELDS = {"list-lag": "list_lag_s", "expire-after": "expire_after_s"}


def _latency(name: str, text: str) -> Latency:
    if text == "real":
        return _REAL_LATENCY
    kind, _, rest = text.partition(":")
    numbers = [_seconds(name, part) for part in rest.split(",")]
    if kind == "fixed" and len(numbers) == 1:
        return Latency(median_s=numbers[0])
    if kind == "lognormal" and len(numbers) == 2:
        return Latency(median_s=numbers[0], sigma=numbers[1])
    raise _wrong(name, text)


def _limits(name: str, text: str) -> Limits:
    if text in {"real", "none"}:
        return NO_LIMITS if text == "none" else Limits()
    limits = Limits()
    for part in text.split(","):
        limits = replace(limits, **_limit(name, part.strip()))
    return limits


def _limit(name: str, part: str) -> dict[str, Any]:
    key, _, value = part.partition("=")
    if key == "window" and value in {"token", "sliding"}:
        return {"window": value}
    if key not in {*_FIELD_OF_LIMIT, "running"}:
        raise _wrong(name, part)
    number = math.inf if value == "none" else _seconds(name, value)
    if number <= 0:
        raise _wrong(name, part)
    return {_FIELD_OF_LIMIT.get(key, key): number}


def _seconds(name: str, text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII):
        raise _wrong(name, text)
    return float(text)


def _positive(name: str, text: str) -> float:
    if not _seconds(name, text):
        raise _wrong(name, text)
    return float(text)


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII):
        raise _wrong(name, text)
    return int(text)


def _faults(_name: str, text: str) -> tuple[Any, ...]:
    try:
        return read_rules(text)
    except FaultSpecError as error:
        raise OptionError(str(error), hint=error.hint) from None


def _one_of(*choices: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in choices:
            raise _wrong(name, text)
        return text

    return read


def _keys(name: str, text: str) -> tuple[Key, ...]:
    keys = []
    for part in _words(name, text):
        account, colon, key = part.rpartition(":")
        if not key or (colon and not account):
            raise _wrong(name, part)
        keys.append(Key(text=key, account=account or "main"))
    return tuple(keys)


def _words(_name: str, text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _wrong(name: str, text: str) -> OptionError:
    form = next(option.form for option in OPTIONS if option.name == name)
    return OptionError(f"cannot read '{text}' for --{name}", hint=f"--{name} {form}")


_READERS: dict[str, Callable[[str, str], Any]] = {
    "latency": _latency,
    "limits": _limits,
    "faults": _faults,
    "seed": _whole,
    "list-lag": _seconds,
    "expire-after": _positive,
    "check-images": _one_of(*get_args(CheckImages)),
    "refuse-images-at": _one_of("task", "submission"),
    "outside-urls": _one_of("accept", "refuse"),
    "keys": _keys,
    "workspaces": _words,
}
