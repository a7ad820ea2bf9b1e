"""The lock is one fact a line, sorted, and reads back as YAML."""

from dataclasses import replace

import yaml
from hypothesis import given, settings
from inline_snapshot import snapshot

from tests.strategies import artifact, chains, concrete, concrete_step, file_image, json_values
from wanflow.model.concrete import Concrete
from wanflow.model.plan import Plan
from wanflow.model.run import Done, Failed, Outcome
from wanflow.model.values import JobKey, JsonValue, Sha256
from wanflow.planning.decide import Header, Memory, Tariff, make_plan
from wanflow.planning.jobs import jobs_of
from wanflow.planning.lock import frozen_difference, lock_text


def plan_of(whole: Concrete) -> Plan:
    return make_plan(
        whole,
        jobs_of(whole.steps, families={"model": "local@1", "builtin": "builtin@1"}),
        Memory(recorded={}, last={}),
        header=Header(
            recipe="test", recipe_version="1.0.0", recipe_sha256=Sha256("ab" * 32), provider="local"
        ),
        tariff=Tariff(currency="CNY", per_picture_micro={}, seconds={}),
    )


def test_a_lock_names_inputs_operations_and_steps() -> None:
    whole = concrete(
        concrete_step("placed", file_image("杯子"), file_image("table"), seed=7),
        concrete_step("refused", file_image("table")),
    )
    plan = replace(plan_of(whole), inputs={"spot": "花瓶旁边", "table": "t.png"})
    outcomes: dict[JobKey, Outcome] = {
        JobKey("placed"): Done(pictures=(artifact("p"),)),
        JobKey("refused"): Failed(code="no", message="no"),
    }

    text = lock_text(plan, outcomes)

    assert text.replace(plan.jobs[0].job.fingerprint, "<fingerprint>") == snapshot("""\
# Written by wanflow after a run; commit it beside the recipe.
# With it and the workspace, --frozen gives the same bytes with 0 requests, or refuses.
inputs:
  spot: "花瓶旁边"
  table: "7461626c65000000000000000000000000000000000000000000000000000000"
  "杯子": "e69dafe5ad900000000000000000000000000000000000000000000000000000"
operations:
  edit: "1.0.0"
provider: "local"
recipe:
  sha256: "abababababababababababababababababababababababababababababababab"
  version: "1.0.0"
steps:
  placed:
    pick: 1
    pictures:
      - "7000000000000000000000000000000000000000000000000000000000000000"
    request: "<fingerprint>"
    seed: 7
wanflow_lock: 1
""")
    assert yaml.safe_load(text)["inputs"]["spot"] == "花瓶旁边"


@given(whole=chains(), value=json_values)
@settings(deadline=None)
def test_a_lock_is_yaml_whatever_stands_in_it(whole: Concrete, value: JsonValue) -> None:
    plan = replace(plan_of(whole), inputs={"value": value})
    outcomes = {entry.job.key: Done(pictures=(artifact("p"),)) for entry in plan.jobs}

    read = yaml.safe_load(lock_text(plan, outcomes))

    assert set(read["steps"]) == {entry.job.key for entry in plan.jobs}


def test_two_pictures_under_one_name_are_both_locked() -> None:
    first = file_image("photos")
    second = replace(first, artifact=artifact("other"))
    plan = plan_of(concrete(concrete_step("a", first, second, first)))

    read = yaml.safe_load(lock_text(plan, {}))

    assert read["inputs"]["photos"] == [first.artifact.sha256, second.artifact.sha256]


def test_equal_locks_do_not_differ() -> None:
    assert frozen_difference({"a": {"b": 1}}, {"a": {"b": 1}}) is None


def test_the_first_difference_is_named_with_its_place() -> None:
    assert frozen_difference({"a": {"b": 1}}, {"a": {"b": 2}}) == "a: b: locked 1, now 2"
    assert frozen_difference({"a": 1}, {}) == "a: only in the lock"
    assert frozen_difference({}, {"a": 1}) == "a: not in the lock"
