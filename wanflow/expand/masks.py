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

    Other tools cut the part to edit out of a copy of the picture. Laid on white, which is what is
    done to transparent pictures here, the rest of such a mask is anything but black.

    Args:
        images: of a step, with their roles, in their order.
        card: of the model that gets them.
        span: where they are named.
    """
    rule = card.mask if card else None
    masks = [image for image in images if image.role == MASK and not isinstance(image, UrlImage)]
    for mask in masks:
        yield from _transparent(mask, rule, span=span)
        if card is not None and rule is not None and rule.same_size:
            yield from _other_size(mask, images[0], model=card.name, span=span)


def _transparent(
    mask: FileImage | JobImage, rule: MaskRule | None, *, span: Span
) -> Iterator[Problem]:
    white = rule is None or rule.edit == "white"
    if white and any(note.code == _ALPHA for note in mask.mended):
        yield Problem(
            code="mask-polarity",
            message=f"what is transparent in the mask '{mask.name}' is read as white, the part to "
            "edit; what is kept must be black",
            span=span,
            hint="save it in black and white, without an alpha channel",
            severity="warning",
        )


def _other_size(
    mask: FileImage | JobImage, base: SourceImage, *, model: str, span: Span
) -> Iterator[Problem]:
    if isinstance(base, UrlImage):
        return
    if mask.size is not None and base.size is not None and mask.size != base.size:
        yield Problem(
            code="mask-size",
            message=f"the mask is {mask.size} pixels and its picture {base.size}; "
            f"'{model}' wants them alike",
            span=span,
            hint="make the mask as large as the picture",
        )
