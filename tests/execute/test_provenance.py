"""From the record of a run to what is told of one picture."""

from tests.execute.four_steps import (
    ASIDE,
    FIRST,
    LAST,
    PHOTO,
    RUN,
    SECOND,
    TABLE,
    shown,
    step,
)
from tests.strategies import artifact
from wanflow.execute.provenance import ancestors, chain_pictures, facts_of, origins
from wanflow.model.campaign import RowRecord
from wanflow.model.provenance import Labels

LABELS = Labels(author="me")


def test_a_picture_is_told_by_its_recipe_its_step_and_what_went_in() -> None:
    facts = facts_of(RUN, LAST, 2, labels=LABELS)

    assert facts is not None
    assert (facts.recipe, facts.recipe_version, facts.run) == ("poster", "1.2.0", "poster-1")
    assert (facts.step, facts.index, facts.picture) == ("last", 2, artifact("last2").sha256)
    assert facts.inputs == (artifact("second").sha256, artifact("photo").sha256)
    assert facts.system == "wan2.5-i2i-preview (Alibaba Model Studio)"
    assert (facts.model, facts.seed, facts.prompt) == ("wan2.5-i2i-preview", 7, "make it so")
    assert facts.made_at == "2026-11-24T10:00:00.000Z"
    assert (facts.source_type, facts.labels, facts.row) == ("composite", LABELS, None)


def test_a_picture_that_is_not_there_is_not_told_of() -> None:
    assert facts_of(RUN, LAST, 3, labels=LABELS) is None


def test_what_this_machine_has_made_names_no_model() -> None:
    local = step("here", PHOTO, provider="local", parameters={"seed": True})

    facts = facts_of(RUN, local, 1, labels=LABELS)

    assert facts is not None
    assert (facts.model, facts.system, facts.seed) == (None, None, None)


def test_a_model_of_a_house_that_is_not_known_is_named_without_it() -> None:
    facts = facts_of(RUN, step("there", PHOTO, provider="mine"), 1, labels=LABELS)

    assert facts is not None
    assert (facts.model, facts.system) == ("wan2.5-i2i-preview", None)


def test_of_a_picture_that_was_made_before_the_time_is_not_known() -> None:
    facts = facts_of(RUN, step("old", PHOTO, state="reused"), 1, labels=LABELS)

    assert facts is not None
    assert facts.made_at is None


def test_the_row_of_a_campaign_is_named() -> None:
    row = RowRecord(key="杯子", number=3, state="done", values={})

    facts = facts_of(RUN, LAST, 1, labels=LABELS, row=row, marked=True)

    assert facts is not None
    assert (facts.row, facts.marked) == ("杯子", True)


def test_the_chain_of_a_step_is_what_it_hangs_on_in_the_order_of_the_recipe() -> None:
    assert ancestors(RUN.steps, LAST) == (FIRST, SECOND, LAST)
    assert ancestors(RUN.steps, ASIDE) == (FIRST, ASIDE)


def test_the_pictures_of_a_chain_come_each_once_the_near_ones_first() -> None:
    found = [one.sha256 for one in chain_pictures(RUN.steps, LAST)]

    names = ["second", "photo", "first2", "table"]
    assert found == [artifact(name).sha256 for name in names]


def test_a_chain_begins_at_the_pictures_from_outside() -> None:
    assert origins(RUN.steps, LAST) == (PHOTO, TABLE)


def test_a_step_whose_source_is_not_in_the_record_begins_its_own_chain() -> None:
    lone = step("lone", shown("gone", "gone", 1))

    assert ancestors((lone,), lone) == (lone,)
    assert origins((lone,), lone) == ()
