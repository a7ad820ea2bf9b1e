"""Who can edit pictures, and within which limits: a model card after validation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanflow.model.values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLimits:
    """What a model takes as an input image."""

    count_min: int
    count_max: int
    side_min_px: int
    side_max_px: int
    max_bytes: int
    media_types: tuple[str, ...]
    alpha: bool
    ratio_min: float | None
    ratio_max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimits:
    """What a model takes as the size of a result; `multiple_px` is how predictions are rounded."""

    area_min_px: int
    area_max_px: int
    ratio_min: float
    ratio_max: float
    multiple_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one picture costs in one region: `amount_micro` is in millionths of `currency`."""

    region: str
    currency: str
    amount_micro: int
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One model: where it answers, what it takes, what it costs. Every number with its source.

    `parameters` maps a parameter's name to {minimum, maximum, server_default, ...}.
    """

    name: str
    family: str
    summary: str
    providers: tuple[str, ...]
    regions: tuple[str, ...]
    images: ImageLimits
    size: SizeLimits | None
    parameters: Mapping[str, Mapping[str, JsonValue]]
    prompt_max_chars: int
    negative_prompt_max_chars: int | None
    prices: tuple[Price, ...]
    latency_typical_s: float
    submissions_per_s: float
    running_at_once: int | None
    sources: tuple[str, ...] = ()
    date: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
