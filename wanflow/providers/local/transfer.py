"""`transfer`: colours, texture, material or style of one picture, on a thing in another."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.aim import aimed
from wanflow.providers.local.light import Lab, from_lab, lab, mixed
from wanflow.providers.local.painting import oil
from wanflow.providers.local.pixels import INVENTED_BY_COPYING, Mask, Painted, Pixels, Task
from wanflow.providers.local.subject import subject_mask
from wanflow.providers.local.swatch import laid, relief, swatch

STYLE_BY_COLOUR = Note(
    code="style_by_colour",
    text="the local engine moved the colours and the grain of a style, not its forms",
)
_Matrix: TypeAlias = NDArray[np.float64]

_STRENGTH: Mapping[str, float] = {"low": 0.45, "mid": 0.75, "high": 1.0}
_WORK_PX = 320


def transfer(task: Task) -> Painted:
    """Move a property of the first picture onto a thing in the second; all else stays.

    Raises:
        StepError: what it is to be moved onto is not in the second picture.
    """
    source, target = task.pictures[0], task.pictures[-1]
    given = task.arguments
    what, onto = str(given.get("what")), str(given.get("onto"))
    aim = aimed(target, onto)
    changed = _WAYS[what](source, target, aim.mask, given.get("sample"))
    share = aim.mask * _STRENGTH[str(given.get("strength"))]
    notes: list[Note] = [*aim.notes]
    if what in ("texture", "material"):
        notes.append(INVENTED_BY_COPYING)
    if what == "style":
        notes.append(STYLE_BY_COLOUR)
    return Painted(pictures=(mixed(target, changed, share),), notes=tuple(notes))


def _colours(source: Pixels, target: Pixels, place: Mask, box: JsonValue) -> Pixels:
    """Give a thing the colours of another picture's subject; light and shade stay by half."""
    values = lab(target)
    moved = _matched(values, place, _sampled(source, box))
    moved[..., 0] = values[..., 0] + (moved[..., 0] - values[..., 0]) * 0.5
    return from_lab(moved)


def _texture(source: Pixels, target: Pixels, place: Mask, box: JsonValue) -> Pixels:
    """Lay the grain of a material over a thing that keeps its colours."""
    material = laid(swatch(source, box), place)
    size = max(target.shape[:2])
    _, grain = relief(material, size / 60)
    values = lab(target)
    values[..., 0] = np.clip(values[..., 0] + _bent(grain) * 1.15, 0, 100)
    return from_lab(values)


def _material(source: Pixels, target: Pixels, place: Mask, box: JsonValue) -> Pixels:
    """Make a thing of another material: its colours and grain, in the light the thing stands in."""
    material = laid(swatch(source, box), place)
    values, grain = relief(material, max(target.shape[:2]) / 60)
    light = lab(target)[..., 0]
    inside = place > 0.5 if (place > 0.5).any() else np.ones(place.shape, dtype=np.bool_)
    own = _shading(light, max(target.shape[:2]))
    middle = max(5.0, float(own[inside].mean()))
    # The thing's light and shade in proportion, so that its form can be seen in the new material.
    ratio = np.clip(own / middle, 0.1, 2.0) ** 0.6
    lit = (values[..., 0] - grain) * ratio + _bent(grain) * np.clip(ratio, 0.4, 1.2)
    # Edges and creases of the thing, and its glints, are its form; they show through.
    form = np.clip(light - own, -14, 26) * 0.6
    values[..., 0] = np.clip(lit + form, 0, 97)
    values[..., 1:] *= np.clip(ratio, 0.3, 1.15)[..., None]
    return from_lab(values)


def _style(source: Pixels, target: Pixels, place: Mask, box: JsonValue) -> Pixels:
    """Paint a thing anew in the colours and with the grain of another picture."""
    moved = _matched(lab(oil(target)), place, _sampled(source, box))
    material = laid(swatch(source, box), place)
    _, grain = relief(material, max(target.shape[:2]) / 45)
    moved[..., 0] = np.clip(moved[..., 0] + _bent(grain) * 0.55, 0, 100)
    return from_lab(moved)


_WAYS: Mapping[str, Callable[[Pixels, Pixels, Mask, JsonValue], Pixels]] = {
    "color": _colours,
    "texture": _texture,
    "material": _material,
    "style": _style,
}


def _matched(values: Lab, place: Mask, source: Pixels) -> Lab:
    """Move mean and spread of a thing's colours, all three axes together, to those of a source.

    The map is linear and moves as little as possible (Monge-Kantorovich between two normal
    distributions), so that neighbours stay neighbours.
    """
    inside = place > 0.5 if (place > 0.5).any() else np.ones(place.shape, dtype=np.bool_)
    own = values[inside].astype(np.float64)
    there = _palette(source).astype(np.float64)
    spread = _covariance(own)
    root = _root(spread)
    inverse = np.linalg.inv(root)
    turn = inverse @ _root(root @ _covariance(there) @ root) @ inverse
    moved = (values.reshape(-1, 3) - own.mean(axis=0)) @ turn.T + there.mean(axis=0)
    moved = moved.reshape(values.shape)
    moved[..., 0] = np.clip(moved[..., 0], 0, 100)
    return np.asarray(moved, dtype=np.float32)


def _sampled(source: Pixels, box: JsonValue) -> Pixels:
    return source if box is None else swatch(source, box)


def _palette(source: Pixels) -> Lab:
    """Give the colours of a picture's subject, or of all of it where nothing stands out."""
    scale = min(1.0, _WORK_PX / max(source.shape[:2]))
    small = cv2.resize(source, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pixels = np.asarray(small, dtype=np.uint8)
    mask = subject_mask(pixels)
    values = lab(pixels)
    return values[mask > 0.7] if mask is not None and (mask > 0.7).any() else values.reshape(-1, 3)


def _covariance(colours: _Matrix) -> _Matrix:
    # A little in every direction: an even surface has no spread at all.
    return np.asarray(np.cov(colours.T, bias=True) + np.eye(3) * 2.0, dtype=np.float64)


def _root(matrix: _Matrix) -> _Matrix:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.clip(values, 1e-6, None))) @ vectors.T)


def _shading(light: Mask, size: int) -> Mask:
    """Keep the light and shade of a form and drop the fine grain of its old material."""
    smooth = cv2.GaussianBlur(light, (0, 0), max(1.0, size / 260))
    held = cv2.bilateralFilter(smooth, 0, 14, max(1.5, size / 160))
    return np.asarray(held, dtype=np.float32)


def _bent(grain: Mask) -> Mask:
    """Hold strong grain back, so that a few dark spots do not eat the form."""
    return np.asarray(np.tanh(grain / 22) * 22, dtype=np.float32)
