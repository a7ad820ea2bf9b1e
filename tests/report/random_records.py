"""Any run record that the types allow, for laws that hold for all of them."""

from typing import TypeVar, get_args

from hypothesis import strategies as st

from wanflow.model.measure import Check, Measure
from wanflow.model.plan import Decision, Reason
from wanflow.model.run import (
    OutputRecord,
    PictureRecord,
    RunRecord,
    RunState,
    StepRecord,
    StepState,
)
from wanflow.model.values import Artifact, Note, Size

TEXTS = st.text(st.characters(), max_size=12)
HOSTILE_TEXTS = (
    "<script>document.title='taken'</script>",
    "</style><style>*{display:none}</style>",
    "\"'><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "abc\u202egnp.exe\u2066",
    "将图1中的闹钟放置到图2",
    "| a | b |\n---\n# not a heading",
    "![x](https://example.com/x.png) [y](javascript:alert(1))",
    "{{ 7 * 7 }}",
    "\ud800\x00\x1b[31m",
)
HOSTILE = st.sampled_from(HOSTILE_TEXTS)
WORDS = TEXTS | HOSTILE
_DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
_PX = st.integers(min_value=1, max_value=9000)
_SECONDS = st.floats(min_value=0, max_value=1e6, allow_nan=False)
_VALUES = st.dictionaries(
    WORDS,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | WORDS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=2,
)


Item = TypeVar("Item")


def _several(items: st.SearchStrategy[Item], most: int = 2) -> st.SearchStrategy[tuple[Item, ...]]:
    return st.lists(items, max_size=most).map(tuple)


_NOTES = _several(st.builds(Note, code=WORDS, text=WORDS), 1)
_ARTIFACTS = st.builds(
    Artifact,
    sha256=_DIGESTS,
    media_type=WORDS,
    width_px=_PX,
    height_px=_PX,
    size_bytes=st.integers(min_value=0),
)
_PICTURES = st.builds(
    PictureRecord,
    name=WORDS,
    artifact=_ARTIFACTS,
    file=st.none() | WORDS,
    size=st.builds(Size, width_px=_PX, height_px=_PX),
    role=st.none() | WORDS,
    step=st.none() | WORDS,
    index=st.none() | st.integers(min_value=1, max_value=4),
    mended=_NOTES,
)
_MEASURES = st.builds(
    Measure,
    picture=st.integers(min_value=1, max_value=4),
    check=st.sampled_from(get_args(Check)),
    value=st.none() | st.floats(-1e6, 1e6).map(lambda value: round(value, 1)),
    unit=st.sampled_from(["px", "%", ""]),
    against=WORDS,
    first=st.booleans(),
    note=WORDS,
)
_STEPS = st.builds(
    StepRecord,
    key=WORDS,
    operation=WORDS,
    summary=WORDS,
    state=st.sampled_from(get_args(StepState)),
    decision=st.builds(
        Decision,
        action=st.sampled_from(["run", "reuse", "skip"]),
        reason=st.sampled_from(get_args(Reason)),
        detail=WORDS,
    ),
    provider=WORDS,
    model=st.none() | WORDS,
    language=st.sampled_from(["zh", "en"]),
    template=WORDS,
    prompt=WORDS,
    arguments=_VALUES,
    parameters=_VALUES,
    fingerprint=st.none() | _DIGESTS,
    needs=_several(WORDS),
    images=_several(_PICTURES),
    pictures=_several(_PICTURES),
    picked=st.integers(min_value=1, max_value=4),
    notes=_NOTES,
    error_code=st.none() | WORDS,
    error=st.none() | WORDS,
    hint=st.none() | WORDS,
    started_at=st.none() | WORDS,
    seconds=_SECONDS,
    cost_micro=st.integers(min_value=0, max_value=10**12),
    reused_from=st.none() | WORDS,
    checks=_several(_MEASURES, 4),
)
RECORDS = st.builds(
    RunRecord,
    run=WORDS,
    state=st.sampled_from(get_args(RunState)),
    recipe=WORDS,
    recipe_version=WORDS,
    description=WORDS,
    recipe_file=WORDS,
    recipe_sha256=_DIGESTS,
    recipe_source=WORDS,
    provider=WORDS | st.just("local@1"),
    wanflow_version=WORDS,
    started_at=WORDS,
    ended_at=st.none() | WORDS,
    seconds=_SECONDS,
    inputs=_VALUES,
    input_pictures=_several(_PICTURES),
    steps=_several(_STEPS, 3),
    outputs=_several(
        st.builds(
            OutputRecord,
            name=WORDS,
            file=st.none() | WORDS,
            step=WORDS,
            index=st.integers(min_value=1, max_value=4),
            artifact=st.none() | _ARTIFACTS,
        )
    ),
    currency=st.sampled_from(["CNY", "USD"]),
    cost_micro=st.integers(min_value=0, max_value=10**12),
    command=WORDS,
    digest=WORDS,
)
