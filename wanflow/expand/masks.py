"""Masks: black and white as the model reads them, and as large as the picture."""

from collections.abc import Iterator, Sequence

from wanflow.errors import Problem, Span
from wanflow.model.card import MaskRule, ModelCard
from wanflow.model.operation import MASK
from wanflow.model.plan import FileImage, JobImage, SourceImage, UrlImage

_ALPHA = "flattened"  # the note of `fit` on a picture that had transparent parts


def mask_problems(
    images: Sequence[SourceImage], card: ModelCard | None, *, span: Span
) -> Iterator[Problem]:
    """Find masks that a model would read the wrong way round, or that do not lie on the picture.

    Other tools cut the part to edit out of the mask. Laid on white, which is what is done to
    transparent pictures here, such a mask has white in places that nobody means.

    Args:
        images: of a step, with their roles, in their order.
        card: of the model that gets them.
        span: where they are named.
    """
    rule = card.mask if card else None
    masks = [image for image in images if image.role == MASK]
    if card is None or rule is None or len(masks) == len(images):
        return
    for mask in masks:
        if not isinstance(mask, UrlImage):
            yield from _one(mask, images[0], rule, model=card.name, span=span)


def _one(
    mask: FileImage | JobImage, base: SourceImage, rule: MaskRule, *, model: str, span: Span
) -> Iterator[Problem]:
    if rule.edit == "white" and any(note.code == _ALPHA for note in mask.mended):
        yield Problem(
            code="mask-polarity",
            message=f"the mask '{mask.name}' is transparent; '{model}' reads white as the part "
            "to edit and black as what is kept",
            span=span,
            hint="save it in black and white, without transparency",
        )
    if isinstance(base, UrlImage) or not rule.same_size:
        return
    if mask.size is not None and base.size is not None and mask.size != base.size:
        yield Problem(
            code="mask-size",
            message=f"the mask is {mask.size} pixels and its picture {base.size}; "
            f"'{model}' wants them alike",
            span=span,
            hint="make the mask as large as the picture",
        )
