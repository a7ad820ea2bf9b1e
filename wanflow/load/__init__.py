"""Files to values: YAML with places, validated, linted, and told in the reader's words."""

from wanflow.load.arguments import argument_problems, coerced, with_defaults
from wanflow.load.bind import bind_inputs, input_pairs
from wanflow.load.catalogue import catalogue
from wanflow.load.lint.prompts import length_problems
from wanflow.load.lint.sizes import nearest_size
from wanflow.load.own import operations_beside
from wanflow.load.parse import parse
from wanflow.load.read import Loaded, read_recipe

__all__ = [
    "Loaded",
    "argument_problems",
    "bind_inputs",
    "catalogue",
    "coerced",
    "input_pairs",
    "length_problems",
    "nearest_size",
    "operations_beside",
    "parse",
    "read_recipe",
    "with_defaults",
]
