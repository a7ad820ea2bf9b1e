"""Where a subject stands in a scene: as wished, or at a good free place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wanflow.model.values import JsonValue
from wanflow.providers.local.cutout import Cutout
from wanflow.providers.local.pixels import Mask, Pixels
from wanflow.providers.local.subject import saliency

# Foot of a subject that is whole, as a fraction of the scene's height.
_FOOT = 0.94
_CANDIDATES = tuple(k / 40 for k in range(6, 35))
# The lines of thirds, a little to the outside: where a second thing looks at home.
_LIKED = (0.28, 0.72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Top left corner of a subject's box in the scene; may lie outside it."""

    left_px: int
    top_px: int


def stands(subjects: Sequence[Cutout], scene: Pixels, wish: JsonValue) -> tuple[Stand, ...]:
    """Say where each subject stands, side by side in their order.

    Args:
        subjects: at the size that they shall have.
        scene: where they go.
        wish: `{x, y}`, the middle of the foot of all of them together in fractions of the scene.
            Without it they stand near the foot of the scene where it shows least; one that was
            cut off by its picture's edge stands at that edge of the scene.
    """
    height, width = scene.shape[:2]
    whole = sum(subject.mask.shape[1] for subject in subjects)
    if isinstance(wish, Mapping):
        x, y = _number(wish.get("x")), _number(wish.get("y"))
    else:
        x, y = _free_place(subjects, whole, saliency(scene))
    left = x * width - whole / 2
    placed = []
    for subject in subjects:
        foot = y * height
        if not isinstance(wish, Mapping) and "bottom" in subject.ends:
            foot = height
        placed.append(Stand(left_px=round(left), top_px=round(foot - subject.mask.shape[0])))
        left += subject.mask.shape[1]
    return tuple(placed)


def _free_place(subjects: Sequence[Cutout], whole_px: int, looked_at: Mask) -> tuple[float, float]:
    height, width = looked_at.shape
    half = whole_px / 2 / width
    ends = frozenset[str]().union(*(subject.ends for subject in subjects))
    if ("left" in ends) != ("right" in ends):
        return (half if "left" in ends else 1 - half), _FOOT
    tall = max(subject.mask.shape[0] for subject in subjects)
    rows = looked_at[max(0, round(height * _FOOT) - tall) :]
    total = float(rows.sum()) + 1.0

    def cost(x: float) -> float:
        left, right = max(0, round((x - half) * width)), min(width, round((x + half) * width))
        hidden = float(rows[:, left:right].sum()) / total
        outside = max(0.0, half - x) + max(0.0, x + half - 1)
        return float(hidden + 2 * outside + 0.5 * min(abs(x - liked) for liked in _LIKED))

    return min(_CANDIDATES, key=cost), _FOOT


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
