"""`--only`, `--from` and `--until` choose whole chains: nothing wanted lacks what it needs."""

from hypothesis import given, settings

from tests.strategies import chains
from wanflow.model.concrete import Concrete
from wanflow.model.values import JobKey
from wanflow.planning.jobs import jobs_of
from wanflow.planning.selection import selected

KEYS = [JobKey(name) for name in "abcd"]
# a ─ b ─ c, and d by itself
NEEDS = {KEYS[0]: (), KEYS[1]: (KEYS[0],), KEYS[2]: (KEYS[1],), KEYS[3]: ()}


def names(found: frozenset[JobKey] | None) -> str:
    return "everything" if found is None else "".join(sorted(found))


def test_without_a_wish_everything_is_wanted() -> None:
    assert names(selected(KEYS, NEEDS)) == "everything"


def test_only_takes_a_step_and_what_it_needs() -> None:
    assert names(selected(KEYS, NEEDS, only=[KEYS[1]])) == "ab"


def test_from_takes_what_hangs_on_it_too() -> None:
    assert names(selected(KEYS, NEEDS, first=KEYS[1])) == "abc"


def test_until_stops_there() -> None:
    assert names(selected(KEYS, NEEDS, until=KEYS[1])) == "ab"


def test_from_and_until_take_what_lies_between() -> None:
    assert names(selected(KEYS, NEEDS, first=KEYS[0], until=KEYS[1])) == "ab"


@given(whole=chains())
@settings(deadline=None)
def test_a_selection_holds_all_that_it_needs(whole: Concrete) -> None:
    prepared = jobs_of(whole.steps, families={"model": "local@1", "builtin": "builtin@1"})
    keys = [job.key for job in prepared.jobs]

    found = selected(keys, prepared.needs, only=[keys[-1]])

    assert found is not None
    assert all(need in found for key in found for need in prepared.needs[key])
