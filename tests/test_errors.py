"""Errors keep all they say on the way out of a worker process."""

import pickle

import pytest

from wanflow.errors import ImageError, Problem, RecipeError, StepError


@pytest.mark.parametrize("kind", [ImageError, StepError])
def test_an_error_of_a_worker_arrives_whole(kind: type[ImageError] | type[StepError]) -> None:
    error = kind("code", "words", hint="do this")

    back = pickle.loads(pickle.dumps(error))  # noqa: S301 # our own bytes

    assert (type(back), back.code, str(back), back.hint) == (kind, "code", "words", "do this")


def test_an_error_of_a_recipe_counts_its_problems() -> None:
    one = Problem(code="bad", message="it is bad")

    assert str(RecipeError((one,))).startswith("1 problem\n")
    assert str(RecipeError((one, one))).startswith("2 problems\n")
