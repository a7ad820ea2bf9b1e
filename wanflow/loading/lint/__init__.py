"""Everything that is wrong with a recipe beyond its schema, one module a theme."""

from collections.abc import Callable, Iterator

from wanflow.errors import Problem
from wanflow.loading.lint.chains import chain_problems
from wanflow.loading.lint.expectations import expectation_problems
from wanflow.loading.lint.figures import figure_problems
from wanflow.loading.lint.inputs import input_problems
from wanflow.loading.lint.names import name_problems
from wanflow.loading.lint.numbers import number_problems
from wanflow.loading.lint.operations import operation_problems
from wanflow.loading.lint.order import order_problems
from wanflow.loading.lint.outputs import output_problems
from wanflow.loading.lint.picks import pick_problems
from wanflow.loading.lint.pictures import picture_problems
from wanflow.loading.lint.prompts import prompt_problems
from wanflow.loading.lint.service import service_problems
from wanflow.loading.lint.sizes import size_problems
from wanflow.loading.lint.unused import unused_problems
from wanflow.loading.view import RecipeView

_LINTS: tuple[Callable[[RecipeView], Iterator[Problem]], ...] = (
    name_problems,
    input_problems,
    operation_problems,
    service_problems,
    picture_problems,
    order_problems,
    figure_problems,
    size_problems,
    number_problems,
    expectation_problems,
    prompt_problems,
    pick_problems,
    chain_problems,
    output_problems,
    unused_problems,
)


def lint(view: RecipeView) -> Iterator[Problem]:
    """Look at a recipe from every side; works on a recipe with schema problems too."""
    for look in _LINTS:
        yield from look(view)
