"""The label of GB 45438-2025: JSON with fixed keys, all of whose values are texts."""

import json
from collections.abc import Mapping

from wanflow.model.provenance import GENERATED, Facts

_KEYS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
_GENERATED = "1"
_MOST_CHARACTERS = 2**16


def aigc_value(facts: Facts) -> str | None:
    """Write the label that a picture is to have, if it has none of its own.

    A picture made from one that bears a label has to bear one, too; and one that a model drew
    gets one where its user has said who the producer is. Nobody else's name or code stands in
    for one that the user has not given.

    Returns:
        JSON, or None if the picture needs no label.

    Source:
        GB 45438-2025 annex F, the keys of the implicit label.
    """
    labels = facts.labels
    if not facts.marked and not (labels.producer and facts.source_type in GENERATED):
        return None
    value = {"Label": _GENERATED}
    if labels.producer:
        value["ContentProducer"] = labels.producer
    value["ProduceID"] = facts.picture
    if labels.propagator:
        value["ContentPropagator"] = labels.propagator
        value["PropagateID"] = facts.picture
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def aigc_from(text: str) -> Mapping[str, str]:
    """Read a label, whoever has written it; empty if it is none.

    Some writers put it into an outer key `AIGC`.
    """
    if len(text) > _MOST_CHARACTERS:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict) and isinstance(value.get("AIGC"), dict):
        value = value["AIGC"]
    if not isinstance(value, dict):
        return {}
    return {key: value[key] for key in _KEYS if isinstance(value.get(key), str)}
