"""Files to values: YAML with places, validated, linted, and told in the reader's words."""

from wanflow.loading.arguments import argument_problems, coerced, with_defaults
from wanflow.loading.bind import bind_inputs, converted, input_pairs
from wanflow.loading.campaign.read import (
    CampaignFile,
    LoadedCampaign,
    against_recipe,
    is_campaign,
    read_campaign,
)
from wanflow.loading.campaign.view import combinations
from wanflow.loading.catalogue import catalogue
from wanflow.loading.ignores import heeded
from wanflow.loading.lint.prompts import length_problems
from wanflow.loading.lint.sizes import nearest_size
from wanflow.loading.own import operations_beside
from wanflow.loading.parse import parse
from wanflow.loading.read import Loaded, read_recipe
from wanflow.loading.rows.binding import Binder, BoundRow, Given
from wanflow.loading.rows.choosing import RowRange, row_range, sampled
from wanflow.loading.rows.digests import Digests
from wanflow.loading.rows.opened import Spool, file_opener, rows_of
from wanflow.loading.rows.raw import RawRow, Rows
from wanflow.loading.rows.values import why_not

__all__ = [
    "Binder",
    "BoundRow",
    "CampaignFile",
    "Digests",
    "Given",
    "Loaded",
    "LoadedCampaign",
    "RawRow",
    "RowRange",
    "Rows",
    "Spool",
    "against_recipe",
    "argument_problems",
    "bind_inputs",
    "catalogue",
    "coerced",
    "combinations",
    "converted",
    "file_opener",
    "heeded",
    "input_pairs",
    "is_campaign",
    "length_problems",
    "nearest_size",
    "operations_beside",
    "parse",
    "read_campaign",
    "read_recipe",
    "row_range",
    "rows_of",
    "sampled",
    "why_not",
    "with_defaults",
]
