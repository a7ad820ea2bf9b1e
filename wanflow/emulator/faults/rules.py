"""Rules that say which fault happens when, and the text form they are written in.

- `drop-after-accept:0.1`: each submission with probability 0.1
- `partial#3`: the third accepted task
- `poll/http-500#2-5`: the second to fifth query
- `429-storm@10-20`: from second 10 to second 20 after the start
- `download-cut:0.5#1-100`: conditions combine
"""

import difflib
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from wanflow.emulator.faults.catalogue import CATALOGUE, Fault, Moment, Place

_RULE = re.compile(
    r"(?:(?P<place>[a-z]+)/)?(?P<name>[a-z0-9-]+)"
    r"(?::(?P<chance>[0-9.]+))?"
    r"(?:#(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?)?"
    r"(?:@(?P<since>[0-9.]+)-(?P<until>[0-9.]+))?",
    re.ASCII,
)
_PLACES: tuple[Place, ...] = get_args(Place)
# An upload and a download are the object store's business: its faults have names of their own.
_ANYWHERE: frozenset[str] = frozenset(_PLACES) - {"upload", "download"}


class FaultSpecError(ValueError):
    """A fault that cannot be understood; `hint` says what was probably meant."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fault and when it happens; conditions that are None always hold.

    `nth` counts, from 1, what the fault could have happened to: requests at the rule's places
    for what happens instead of an answer, served requests for a spoilt answer, accepted tasks
    for the faults of a task. `seconds` count from the emulator's start.
    """

    fault: Fault
    places: frozenset[str]
    chance: float = 1.0
    nth: tuple[int, int] | None = None
    seconds: tuple[float, float] | None = None


def read_rules(spec: str) -> tuple[Rule, ...]:
    """Read a comma-separated list of faults.

    Raises:
        FaultSpecError: a name is unknown or a condition is malformed.
    """
    words = (word.strip() for word in spec.split(","))
    return tuple(_rule(word) for word in words if word)


def _rule(word: str) -> Rule:
    found = _RULE.fullmatch(word)
    if found is None:
        raise FaultSpecError(
            f"cannot read the fault '{word}'",
            hint="write [PLACE/]NAME[:PROBABILITY][#NTH or #FIRST-LAST][@SECOND-SECOND]",
        )
    fault = _named(found["name"])
    return Rule(
        fault=fault,
        places=_placed(fault, found["place"]),
        chance=_number(found["chance"], word, default=1.0),
        nth=(int(found["first"]), int(found["last"] or found["first"])) if found["first"] else None,
        seconds=(_number(found["since"], word), _number(found["until"], word))
        if found["since"]
        else None,
    )


def _named(name: str) -> Fault:
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.0)
    raise FaultSpecError(f"there is no fault '{name}'", hint=f"did you mean '{near[0]}'?")


def _placed(fault: Fault, place: str | None) -> frozenset[str]:
    if place is None:
        return frozenset(fault.places)
    if place not in _PLACES:
        near = difflib.get_close_matches(place, _PLACES, n=1, cutoff=0.0)
        raise FaultSpecError(f"there is no place '{place}'", hint=f"did you mean '{near[0]}'?")
    allowed = _ANYWHERE if fault.movable else frozenset(fault.places)
    if place not in allowed:
        raise FaultSpecError(
            f"'{fault.name}' cannot happen at '{place}'",
            hint=f"it happens at {', '.join(sorted(allowed))}",
        )
    return frozenset({place})


def _number(text: str | None, word: str, *, default: float = 0.0) -> float:
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise FaultSpecError(
            f"'{text}' in '{word}' is no number", hint="write it like 0.1 or 20"
        ) from None


class Dice:
    """Decides for every event which fault happens to it; repeatable for a seed."""

    def __init__(self, rules: Sequence[Rule], seed: int) -> None:
        self._rules = tuple(enumerate(rules))
        self._seed = seed
        self._seen: Counter[int] = Counter()

    def throw(self, place: Place, moment: Moment, *, elapsed_s: float) -> Fault | None:
        """Give the fault of this event, None for none.

        Every rule for the place counts the event, whichever rule comes to pass, so that
        adding a rule does not shift what the others mean by "the third".
        """
        hit: Fault | None = None
        for at, rule in self._rules:
            if place not in rule.places or rule.fault.moment != moment:
                continue
            self._seen[at] += 1
            if hit is None and self._happens(rule, at, elapsed_s):
                hit = rule.fault
        return hit

    def _happens(self, rule: Rule, at: int, elapsed_s: float) -> bool:
        count = self._seen[at]
        if rule.nth is not None and not rule.nth[0] <= count <= rule.nth[1]:
            return False
        if rule.seconds is not None and not rule.seconds[0] <= elapsed_s < rule.seconds[1]:
            return False
        # One generator for each event: what else was thrown before does not matter.
        return random.Random(f"{self._seed}/{at}/{rule.fault.name}/{count}").random() < rule.chance  # noqa: S311 - a test's dice, not a secret
