from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import chains, concrete, concrete_step, file_image, job_image
from wanflow.model.concrete import Concrete
from wanflow.model.plan import Plan, Recorded
from wanflow.model.values import Fingerprint, JobKey, Sha256
from wanflow.planning.decide import Header, Memory, Tariff, make_plan
from wanflow.planning.jobs import Prepared, jobs_of
from wanflow.planning.pattern import PlanPattern, Terms
from wanflow.planning.totals import Tally

FAMILIES = {"model": "dashscope@1", "builtin": "builtin@1"}
HEADER = Header(
    recipe="r", recipe_version="1", recipe_sha256=Sha256("0" * 64), provider="dashscope"
)
TARIFF = Tariff(
    currency="CNY",
    per_picture_micro={"wan2.5-i2i-preview": 200_000},
    seconds={"wan2.5-i2i-preview": 60.0},
)
NOTHING = Memory(recorded={}, last={})


def prepared(whole: Concrete) -> Prepared:
    return jobs_of(whole.steps, families=FAMILIES)


def planned(whole: Concrete, memory: Memory = NOTHING) -> Plan:
    return make_plan(whole, prepared(whole), memory, header=HEADER, tariff=TARIFF)


def recorded(fingerprint: Fingerprint) -> Recorded:
    return Recorded(fingerprint=fingerprint, pictures=(), notes=(), seconds=1.0, run="r1")


def with_prompts(whole: Concrete, prompts: dict[JobKey, str]) -> Concrete:
    steps = tuple(
        replace(step, prompt=prompts.get(JobKey(step.id), step.prompt)) for step in whole.steps
    )
    return replace(whole, steps=steps)


@given(chains(), st.data())
def test_a_pattern_that_is_filled_is_the_plan_made_anew(
    whole: Concrete, data: st.DataObject
) -> None:
    keys = [JobKey(step.id) for step in whole.steps]
    varying = data.draw(st.sets(st.sampled_from(keys)))
    texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
        ['"@0"', "@p", "\\"]
    )
    whole = with_prompts(whole, {key: data.draw(texts) for key in keys})
    prompts = {key: data.draw(texts) for key in varying}
    terms = Terms(
        header=HEADER, tariff=TARIFF, wanted=data.draw(st.none() | st.just(frozenset(keys)))
    )
    pattern = PlanPattern(whole, prepared(whole), terms, varying=frozenset(varying))
    anew = with_prompts(whole, prompts)
    some = data.draw(st.sets(st.sampled_from(keys)))
    memory = Memory(
        recorded={
            job.fingerprint: recorded(job.fingerprint)
            for job in prepared(anew).jobs
            if job.key in some
        },
        last={},
    )

    filled = pattern.plan(pattern.jobs(prompts), memory, inputs={"a": 1}, outputs=())

    expected = make_plan(
        replace(anew, inputs={"a": 1}), prepared(anew), memory,
        header=HEADER, tariff=TARIFF, wanted=terms.wanted,
    )  # fmt: skip
    assert filled == expected


def test_a_request_of_several_rows_is_counted_and_paid_for_once() -> None:
    row = concrete(concrete_step("one", file_image(), n=2), concrete_step("two", job_image("one")))
    other = with_prompts(row, {JobKey("two"): "another"})
    seen: set[Fingerprint] = set()

    def shown(request: Fingerprint) -> bool:
        before = request in seen
        seen.add(request)
        return before

    tally = Tally(seen=shown)
    tally.add(planned(row))
    tally.add(planned(other))
    totals = tally.totals()

    assert (totals.rows, totals.run, totals.shared) == (2, 4, 1)
    assert (totals.images_to_buy, totals.cost_micro) == (4, 800_000)
    assert totals.seconds == 120.0


def test_what_is_made_already_costs_nothing() -> None:
    row = concrete(concrete_step("one", file_image()))
    job = prepared(row).jobs[0]
    memory = Memory(recorded={job.fingerprint: recorded(job.fingerprint)}, last={})
    tally = Tally(seen=lambda _: False)

    tally.add(planned(row, memory))

    totals = tally.totals()
    assert (totals.run, totals.reuse, totals.images_to_buy, totals.seconds) == (0, 1, 0, 0.0)


def test_a_step_that_was_paid_for_before_runs_and_costs_nothing() -> None:
    row = concrete(concrete_step("one", file_image()))
    memory = Memory(recorded={}, paid=[prepared(row).jobs[0].fingerprint], last={})
    tally = Tally(seen=lambda _: False)

    tally.add(planned(row, memory))

    assert (tally.totals().run, tally.totals().cost_micro) == (1, 0)


def test_rows_side_by_side_take_as_long_as_the_longest_chain_of_one() -> None:
    short = concrete(concrete_step("one", file_image()), concrete_step("two", file_image("b")))
    tally = Tally(seen=lambda _: False)

    tally.add(planned(short))

    assert tally.totals().seconds == 60.0
