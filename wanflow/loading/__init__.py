"""Files to values: YAML with places, validated, linted, and told in the reader's words."""

from wanflow.loading.arguments import argument_problems, coerced, with_defaults
from wanflow.loading.bind import bind_inputs, input_pairs
from wanflow.loading.catalogue import catalogue
from wanflow.loading.ignores import heeded
from wanflow.loading.lint.prompts import length_problems
from wanflow.loading.lint.sizes import nearest_size
from wanflow.loading.own import operations_beside
from wanflow.loading.parse import parse
from wanflow.loading.read import Loaded, read_recipe

__all__ = [
    "Loaded",
    "argument_problems",
    "bind_inputs",
    "catalogue",
    "coerced",
    "heeded",
    "input_pairs",
    "length_problems",
    "nearest_size",
    "operations_beside",
    "parse",
    "read_recipe",
    "with_defaults",
]
