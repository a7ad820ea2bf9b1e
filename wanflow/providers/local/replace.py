"""`replace`: of all that a thing could be replaced by, the engine can do another colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.aim import Aim, aimed, in_boxes
from wanflow.providers.local.faces import faces
from wanflow.providers.local.light import Lab, from_hues, hues, mixed
from wanflow.providers.local.pixels import Mask, Painted, Task
from wanflow.providers.local.targets import kind_of
from wanflow.providers.local.typeset import colour
from wanflow.providers.local.unread import unread

RECOLOUR_ONLY = Note(
    code="recolour_only",
    text="the local engine changed a colour; the thing itself is the same as before",
)
# How far the hue of a pixel may be from the one looked for, in degrees, before it counts half.
_HUE_REACH = 18.0
# Colour for its lightness: below the first it is grey, and below this share of the thing's own it
# is something else, as skin is beside an orange suit.
_GREY, _PALER = 0.16, 0.42
# So little colour is none, however dark the pixel is.
_FAINT = 12.0
_CHROMA_MOST, _STRONGER_MOST = 58.0, 1.8
# By how much the lightness may rise: what is black has no folds that one could see in white.
_LIGHTER_MOST = 42.0
# A named colour, such as orange, is no single hue: the thing's own may be so many degrees away.
_NAMED_REACH = 40.0
_COLOURLESS = 0.08
_SMALLEST_SHARE = 0.002
_KEPT_ANYWAY = frozenset(("background", "背景", "pose", "poses", "姿势", "构图", "形状", "shape"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shade:
    """A colour as the eye has it: lightness 0-100, strength, and hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def is_grey(self) -> bool:
        return self.chroma < 100 * _GREY * 0.75


def replace(task: Task) -> Painted:
    """Give a thing another colour; light, folds and texture stay, and so does all the rest.

    Raises:
        StepError: no colour is given, or the thing or its colour is not in the picture.
    """
    picture = task.pictures[-1]
    wish, words = task.arguments.get("color"), task.arguments.get("to")
    if not isinstance(wish, str):
        raise StepError(
            "needs-a-model",
            f"the local engine can only change a colour: it cannot make '{words}'",
            hint="give `color`, or run it with --provider dashscope",
        )
    what = str(task.arguments.get("what"))
    aim = aimed(picture, what)
    values = hues(picture)
    was = task.arguments.get("was")
    old = _strongest(values, aim.mask, near=_shade(was) if isinstance(was, str) else None)
    share = _alike(values, old) * aim.mask
    if kind_of(what) != "face" and (found := faces(picture)):
        share = share * (1 - in_boxes(picture, found, round_=True))
    if float(share.mean()) < _SMALLEST_SHARE:
        raise _no_such_colour(what, was)
    changed = from_hues(_recoloured(values, share, _shade(wish)))
    return Painted(
        pictures=(mixed(picture, changed, share),), notes=_notes(aim, words, task.arguments)
    )


def _alike(values: Lab, old: _Shade) -> Mask:
    """Say how much each pixel has a colour: by its hue and how strong it is for its lightness.

    A grey has no hue: then everything pale counts that is about as light.
    """
    chroma, hue, strength = _polar(values)
    if old.is_grey:
        pale = np.clip((_GREY * 2 - strength) / _GREY, 0, 1)
        pale = np.maximum(pale, np.clip((_FAINT - chroma) / 5, 0, 1))
        near = np.clip((45 - np.abs(values[..., 0] - old.lightness)) / 20, 0, 1)
        return _softened(pale * near)
    off = np.abs((hue - old.hue + 180) % 360 - 180)
    by_hue = np.clip((1.5 * _HUE_REACH - off) / _HUE_REACH, 0, 1)
    own = old.chroma / max(12.0, old.lightness)
    least = max(_GREY, min(own, 1.2) * _PALER)
    by_strength = np.clip((strength - least * 0.7) / (least * 0.5), 0, 1)
    return _softened(by_hue * by_strength * np.clip((chroma - 4) / 4, 0, 1))


def _strongest(values: Lab, mask: Mask, *, near: _Shade | None) -> _Shade:
    """Find the most common strong colour of a thing, or that which is nearest to a given one.

    A thing without strong colours has its mean; a grey that is asked for is taken as it is.
    """
    if near is not None and near.is_grey:
        return near
    chroma, hue, strength = _polar(values)
    inside = mask > 0.5
    weight = np.where(strength > _GREY, chroma, 0) * inside
    if near is not None:
        off = np.abs((hue - near.hue + 180) % 360 - 180)
        # The stronger colour is meant: an orange suit, not the hair that is a paler orange.
        weight = weight * chroma * np.clip(1 - off / _NAMED_REACH, 0, 1)
    elif float((weight > 0).sum()) < _COLOURLESS * float(inside.sum()) and inside.any():
        lightness = float(values[..., 0][inside].mean())
        return _Shade(lightness=lightness, chroma=0.0, hue=0.0)
    if near is not None and not weight.any():
        return near
    edges = np.arange(-128, 129, 4)
    counts, _, _ = np.histogram2d(
        values[..., 1].ravel(), values[..., 2].ravel(), bins=(edges, edges), weights=weight.ravel()
    )
    smooth = cv2.GaussianBlur(counts.astype(np.float32), (0, 0), 1.5)
    row, column = np.unravel_index(int(smooth.argmax()), smooth.shape)
    lightness = float((values[..., 0] * weight).sum() / weight.sum())
    return _polar_shade(lightness, float(edges[row] + 2), float(edges[column] + 2))


def _recoloured(values: Lab, share: Mask, new: _Shade) -> Lab:
    """Turn hues, scale strengths and move lightness so that the chosen pixels centre on a shade."""
    chroma, hue, _ = _polar(values)
    sure = share > 0.5 if (share > 0.5).any() else share > 0
    mean_l = float(np.clip(values[..., 0][sure].mean(), 5, 95))
    mean_a, mean_b = float(values[..., 1][sure].mean()), float(values[..., 2][sure].mean())
    middle = _polar_shade(mean_l, mean_a, mean_b)
    wanted = min(new.chroma, _CHROMA_MOST)
    if middle.is_grey:
        strong = np.full_like(chroma, wanted) * np.clip(values[..., 0] / mean_l, 0, 1)
        turned = np.full_like(hue, new.hue)
    else:
        strong = chroma * min(_STRONGER_MOST, wanted / middle.chroma)
        turned = new.hue + ((hue - middle.hue + 180) % 360 - 180) * 0.6
    # In proportion below the mean, so that shadows stay shadows; towards white above it, so that
    # glints stay glints.
    target = float(np.clip(new.lightness, 22, min(94, mean_l + _LIGHTER_MOST)))
    light = values[..., 0]
    above = target + (light - mean_l) / (100 - mean_l) * (100 - target)
    light = np.where(light < mean_l, light * (target / mean_l), above)
    angle = np.radians(turned)
    return np.dstack([light, strong * np.cos(angle), strong * np.sin(angle)]).astype(np.float32)


def _polar(values: Lab) -> tuple[Mask, Mask, Mask]:
    chroma = np.hypot(values[..., 1], values[..., 2])
    hue = np.degrees(np.arctan2(values[..., 2], values[..., 1])) % 360
    return chroma, hue, np.asarray(chroma / np.maximum(values[..., 0], 12), dtype=np.float32)


def _polar_shade(lightness: float, green_red: float, blue_yellow: float) -> _Shade:
    chroma = float(np.hypot(green_red, blue_yellow))
    hue = float(np.degrees(np.arctan2(blue_yellow, green_red)) % 360)
    return _Shade(lightness=lightness, chroma=chroma, hue=hue)


def _shade(name: str) -> _Shade:
    dot = np.full((1, 1, 3), colour(name), dtype=np.uint8)
    lightness, green_red, blue_yellow = (float(part) for part in hues(dot)[0, 0])
    return _polar_shade(lightness, green_red, blue_yellow)


def _softened(share: Mask) -> Mask:
    """Take single pixels out of a choice and close its pinholes."""
    spread = max(0.6, max(share.shape) / 900)
    return np.asarray(cv2.GaussianBlur(share, (0, 0), spread), dtype=np.float32)


def _notes(aim: Aim, words: JsonValue, arguments: Mapping[str, JsonValue]) -> tuple[Note, ...]:
    notes = [*aim.notes, RECOLOUR_ONLY]
    if words is not None:
        notes.append(unread("to", str(words), "`color`"))
    keep = arguments.get("keep")
    kept = [str(word) for word in keep] if isinstance(keep, Sequence) else []
    open_ = [word for word in kept if word not in _KEPT_ANYWAY and kind_of(word) != "face"]
    if open_:
        notes.append(unread("keep", "、".join(open_), "the colour alone"))
    return tuple(notes)


def _no_such_colour(what: str, was: JsonValue) -> StepError:
    said = f"nothing in {what} is {was}" if was is not None else f"{what} has no colour to change"
    return StepError(
        "not-found",
        f"the local engine sees that {said}",
        hint="name its colour under `was`, as #RRGGBB if need be",
    )
