"""An order: what a submission asks for, after its fields have been read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanflow.emulator.geometry import Size
from wanflow.emulator.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One accepted form of a request, defaults filled in.

    `references` are the pictures as they were named: data URIs, URLs, `oss://` keys, in the
    order of the request. `model_name` is the model as it was asked for, perhaps a dated
    snapshot. `size` is None when nothing was asked; `area_px` then says how
    large the result becomes. `seed` is None when the service is to choose.
    """

    model: Model
    model_name: str
    prompt: str
    references: tuple[str, ...]
    n: int
    negative_prompt: str = ""
    size: Size | None = None
    area_px: int
    prompt_extend: bool | None = None
    watermark: bool = False
    seed: int | None = None
    function: str | None = None
    scales: Mapping[str, float] = field(default_factory=dict)
