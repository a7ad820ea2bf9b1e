"""Who can edit pictures, and within which limits: a model card after validation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wanflow.model.operation import MASK
from wanflow.model.values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLimits:
    """What a model takes as an input image.

    `advised` says that the limits of the sides are the service's advice, not its rule.
    """

    count_min: int
    count_max: int
    side_min_px: int
    side_max_px: int
    max_bytes: int
    media_types: tuple[str, ...]
    alpha: bool
    ratio_min: float | None
    ratio_max: float | None
    advised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimits:
    """What a model takes as the size of a result; `multiple_px` is how predictions are rounded.

    `tiers` are names that stand for an area in the ratio of the last picture, such as `2K`;
    `tiers_without_pictures` those that a request with pictures may not use. `default_area_px` is
    the area of a result when nothing is asked.
    """

    area_min_px: int
    area_max_px: int
    ratio_min: float
    ratio_max: float
    multiple_px: int
    side_min_px: int | None = None
    side_max_px: int | None = None
    tiers: Mapping[str, int] = field(default_factory=dict)
    tiers_without_pictures: tuple[str, ...] = ()
    default_area_px: int = 1280 * 1280


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRule:
    """What a mask looks like.

    `edit` is what of it stands for the part to edit, `same_size` whether it must be exactly as
    large as the picture.
    """

    edit: Literal["white", "transparent"]
    same_size: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one picture costs in one region: `amount_micro` is in millionths of `currency`.

    `free_images` is how many a new account gets for nothing, None where no page says.
    """

    region: str
    currency: str
    amount_micro: int
    source: str
    date: str
    free_images: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One model: where it answers, what it takes, what it costs. Every number with its source.

    `parameters` maps a parameter's name to {minimum, maximum, server_default, ...}. `result` says
    what the size of a result follows from: the request, what the operation does to the picture,
    or what only the service knows. `also` are further families that serve it. `assumed` names the
    facts that no page documents.
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
    result: Literal["asked", "operation", "service"] = "asked"
    mask: MaskRule | None = None
    also: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def images_max(self, roles: tuple[str, ...]) -> int:
        """Say how many pictures it takes for an operation; a mask comes on top."""
        return self.images.count_max + (self.mask is not None and MASK in roles)

    @property
    def has_tasks(self) -> bool:
        """Whether it answers with a task, which can be looked up when an answer is lost."""
        return self.family != "multimodal-generation"

    def price_in(self, region: str) -> Price | None:
        """Find the price of a region; None where it has none."""
        return next((price for price in self.prices if price.region == region), None)
