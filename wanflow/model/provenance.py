"""What a picture's own file tells of how the picture came to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.model.values import JsonValue, Sha256

# What is written into the file of a result: everything with the prompt; what the picture is, how
# it was made and by what, without the prompt; or nothing of ours.
MetadataMode = Literal["full", "label", "ours-off"]

# Terms of the IPTC's vocabulary `digitalsourcetype` that an operation can stand for.
SourceType = Literal[
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicallyEnhanced",
    "composite",
]
# Those that say that a trained model drew the picture, or a part of it.
GENERATED: frozenset[str] = frozenset(
    ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTypes:
    """What kind of picture comes out of an operation, by who does it.

    `model` when a model draws it, `local` when the engine of this machine does. Exact pixel work
    has none of its own: what comes out is of the kind of what went in.
    """

    model: SourceType = "compositeWithTrainedAlgorithmicMedia"
    local: SourceType = "algorithmicallyEnhanced"


USUAL_SOURCE_TYPES = SourceTypes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What its user wants in the files of results.

    `author` wrote the prompts. `producer` and `propagator` are the user's own names or codes for
    the label that Chinese law asks of services (`TC260:AIGC`); nothing stands in for them.
    """

    mode: MetadataMode = "label"
    author: str | None = None
    producer: str | None = None
    propagator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that can be told of one picture in its own file.

    `picture` is the SHA-256 of the picture as it was stored, which names it in labels. `inputs`
    are those of the pictures that its step was given, in their order. `system` says in words what
    drew it, None where no model did. `source_type` is a term of the IPTC's vocabulary, None where
    nothing can be said. `marked` says that a picture in its chain bears an AIGC label. `rating` is
    -1 for rejected, 0 to 5 otherwise.
    """

    recipe: str
    recipe_version: str
    recipe_sha256: Sha256
    run: str
    step: str
    index: int
    picture: Sha256
    operation: str
    provider: str
    fingerprint: str
    prompt: str
    inputs: tuple[Sha256, ...] = ()
    row: str | None = None
    model: str | None = None
    seed: int | None = None
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    source_type: str | None = None
    system: str | None = None
    wanflow_version: str = ""
    made_at: str | None = None  # UTC, ISO 8601 with Z
    rating: int | None = None
    alt_text: str | None = None
    labels: Labels = field(default_factory=Labels)
    marked: bool = False
