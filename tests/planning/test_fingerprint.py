"""Two requests are the same exactly when nothing that can change their pictures differs."""

import json
from dataclasses import replace

from hypothesis import given, settings

from tests.strategies import (
    artifact,
    chains,
    concrete,
    concrete_step,
    file_image,
    job_image,
    json_values,
)
from wanflow.model.concrete import Concrete
from wanflow.model.plan import UrlImage
from wanflow.model.values import Fingerprint, JobKey, JsonValue
from wanflow.planning.fingerprint import canonical, digest_of
from wanflow.planning.jobs import jobs_of

FAMILIES = {"model": "local@1", "builtin": "builtin@1"}


def fingerprints(whole: Concrete, family: str = "local@1") -> dict[JobKey, Fingerprint]:
    prepared = jobs_of(whole.steps, families={**FAMILIES, "model": family})
    return {job.key: job.fingerprint for job in prepared.jobs}


@given(value=json_values)
@settings(deadline=None)
def test_canonical_form_reads_back_equal(value: JsonValue) -> None:
    assert json.loads(canonical(value)) == value


@given(value=json_values)
@settings(deadline=None)
def test_canonical_form_does_not_depend_on_the_order_of_keys(value: JsonValue) -> None:
    reordered = json.loads(canonical(value), object_pairs_hook=lambda pairs: dict(pairs[::-1]))

    assert canonical(reordered) == canonical(value)


def test_whole_numbers_count_as_integers_however_they_are_written() -> None:
    assert digest_of({"left": 1.0}) == digest_of({"left": 1})
    assert digest_of({"left": 0.5}) != digest_of({"left": 1})


def test_true_is_not_one() -> None:
    assert digest_of({"watermark": True}) != digest_of({"watermark": 1})


@given(whole=chains())
@settings(deadline=None)
def test_equal_recipes_have_equal_fingerprints(whole: Concrete) -> None:
    assert fingerprints(whole) == fingerprints(whole)


def test_ids_timeouts_and_picks_do_not_change_a_fingerprint() -> None:
    plain = fingerprints(concrete(concrete_step("a", file_image())))
    other = concrete_step("renamed", file_image(), timeout_s=3.0, pick=2, on_error="stop")

    assert set(fingerprints(concrete(other)).values()) == set(plain.values())


def test_prompt_arguments_take_and_picture_each_change_a_fingerprint() -> None:
    base = concrete_step("a", file_image())
    others = [
        concrete_step("a", file_image(), prompt="something else"),
        concrete_step("a", file_image(), arguments={"left": 0.5}),
        concrete_step("a", file_image(), n=2),
        concrete_step("a", file_image(), take=2),
        concrete_step("a", replace(file_image(), artifact=artifact("another"))),
        concrete_step("a", UrlImage(name="photo", url="https://example.com/a.png")),
    ]

    seen = {fingerprints(concrete(step))[JobKey("a")] for step in [base, *others]}

    assert len(seen) == 7


def test_another_engine_is_another_request() -> None:
    whole = concrete(concrete_step("a", file_image()))

    assert fingerprints(whole, "local@1") != fingerprints(whole, "local@2")


def test_a_change_reaches_everything_that_hangs_on_it_and_nothing_else() -> None:
    def recipe(prompt: str) -> Concrete:
        return concrete(
            concrete_step("base", file_image(), prompt=prompt),
            concrete_step("after", job_image("base")),
            concrete_step("aside", file_image("table")),
        )

    red, blue = fingerprints(recipe("red")), fingerprints(recipe("blue"))

    assert red[JobKey("base")] != blue[JobKey("base")]
    assert red[JobKey("after")] != blue[JobKey("after")]
    assert red[JobKey("aside")] == blue[JobKey("aside")]


def test_another_version_of_a_package_is_another_request_of_its_algorithm_alone() -> None:
    step = concrete_step("dark")
    own = replace(step, operation=replace(step.operation, local="vignette"))
    other = concrete_step("plain")

    def made(version: str | None) -> list[Fingerprint]:
        plug_ins = {"vignette": f"wanflow-vignette@{version}"} if version else {}
        prepared = jobs_of((own, other), families=FAMILIES, plug_ins=plug_ins)
        assert {job.provider for job in prepared.jobs} == {"local@1"}
        return [job.fingerprint for job in prepared.jobs]

    assert made("1.0.0") == made("1.0.0")
    assert len({made(version)[0] for version in (None, "1.0.0", "1.1.0")}) == 3
    assert len({made(version)[1] for version in (None, "1.0.0", "1.1.0")}) == 1
