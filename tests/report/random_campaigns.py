"""Any record of a campaign that the types allow, for laws that hold for all of them."""

from collections import Counter
from typing import get_args

from hypothesis import strategies as st

from tests.report import random_records as parts
from wanflow.model.campaign import Budget, CampaignRecord, RowRecord, RowState
from wanflow.model.run import OutputRecord, RunState

_OUTPUTS = st.builds(
    OutputRecord,
    name=parts.WORDS,
    file=st.none() | parts.WORDS,
    step=parts.WORDS,
    index=st.integers(min_value=1, max_value=4),
    artifact=st.none() | parts._ARTIFACTS,
)
ROWS = st.builds(
    RowRecord,
    key=parts.WORDS,
    number=st.integers(min_value=1, max_value=9),
    state=st.sampled_from(get_args(RowState)),
    values=parts._VALUES,
    combination=parts._VALUES,
    inputs=parts._VALUES,
    input_pictures=parts._several(parts._PICTURES),
    steps=parts._several(parts._STEPS, 2),
    outputs=parts._several(_OUTPUTS, 1),
)
_MONEY = st.integers(min_value=0, max_value=10**12)


@st.composite
def campaigns(draw: st.DrawFn) -> CampaignRecord:
    """Draw a campaign whose states count its rows."""
    rows = tuple(draw(st.lists(ROWS, max_size=4)))
    return CampaignRecord(
        run=draw(parts.WORDS),  # type: ignore[arg-type] # a name for a string
        state=draw(st.sampled_from(get_args(RunState))),
        campaign=draw(parts.WORDS),
        campaign_version=draw(parts.WORDS),
        description=draw(parts.WORDS),
        campaign_file=draw(parts.WORDS),
        campaign_source=draw(parts.WORDS),
        recipe=draw(parts.WORDS),
        recipe_version=draw(parts.WORDS),
        recipe_file=draw(parts.WORDS),
        recipe_source=draw(parts.WORDS),
        recipe_sha256=draw(parts._DIGESTS),  # type: ignore[arg-type] # the same
        provider=draw(parts.WORDS | st.just("local@1")),
        wanflow_version=draw(parts.WORDS),
        started_at=draw(parts.WORDS),
        ended_at=draw(st.none() | parts.WORDS),
        seconds=draw(parts._SECONDS),
        columns=tuple(sorted({name for row in rows for name in row.values})),
        matrix={name: ("a", 1) for row in rows for name in row.combination},
        rows=rows,
        states=Counter(row.state for row in rows),
        budget=Budget(
            images=draw(st.none() | st.integers(0, 9)), cost_micro=draw(st.none() | _MONEY)
        ),
        cost_micro=draw(_MONEY),
        billed_images=draw(st.integers(0, 9)),
        at_risk_images=draw(st.integers(0, 2)),
        reused_images=draw(st.integers(0, 2)),
        command=draw(parts.WORDS),
    )
