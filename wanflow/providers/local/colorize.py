"""`colorize`: a picture toned in one colour or two, as photographs on paper are."""

from collections.abc import Mapping

import numpy as np

from wanflow.errors import StepError
from wanflow.model.values import JsonValue, Note
from wanflow.providers.local.light import from_hues, hues
from wanflow.providers.local.pixels import Mask, Painted, Pixels, Task
from wanflow.providers.local.typeset import colour
from wanflow.providers.local.unread import unread

TINT_ONLY = Note(
    code="tint_only",
    text="the local engine toned the whole picture; it does not know which colours things have",
)
HAD_COLOURS = Note(
    code="had_colours", text="the picture had colours already; the tone took their place"
)
# The tones of paper that have names of their own.
_TONES: Mapping[str, str] = {"sepia": "#8A5A2B", "cyanotype": "#1F5A8C"}
# A mean distance from grey, in the stretched axes of Oklab, from which on a picture has colours.
_COLOURED = 6.0
_CHROMA_MOST = 27.0


def colorize(task: Task) -> Painted:
    """Tone a picture; light and shade stay as they are.

    Raises:
        StepError: no tone is given: to know which colours things have takes a model.
    """
    picture = task.pictures[-1]
    tint, hint = task.arguments.get("tint"), task.arguments.get("hint")
    if not isinstance(tint, str):
        raise StepError(
            "needs-a-model",
            "the local engine does not know which colours things have: it can only tone a picture",
            hint="give `tint`, such as sepia, or run it with --provider dashscope",
        )
    notes = [TINT_ONLY]
    if hint is not None:
        notes.append(unread("hint", str(hint), "`tint`"))
    values = hues(picture)
    if float(np.hypot(values[..., 1], values[..., 2]).mean()) > _COLOURED:
        notes.append(HAD_COLOURS)
    lights = task.arguments.get("lights", tint)
    toned = _toned(np.asarray(values[..., 0], dtype=np.float32), tint, _named(lights, tint))
    return Painted(pictures=(toned,), notes=tuple(notes))


def _toned(lightness: Mask, darks: str, lights: str) -> Pixels:
    """Give each lightness its colour: none in black and in white, most in between."""
    share = np.clip(lightness / 100, 0, 1)
    strength = (4 * share * (1 - share)) ** 0.75
    upper = np.clip((share - 0.35) / 0.4, 0, 1)[..., None]
    colours = _axes(darks) * (1 - upper) + _axes(lights) * upper
    return from_hues(np.dstack([lightness, colours * strength[..., None]]).astype(np.float32))


def _axes(name: str) -> Mask:
    """Give the two axes of a tone, held to what paper could take."""
    dot = np.full((1, 1, 3), colour(_TONES.get(name, name)), dtype=np.uint8)
    axes = hues(dot)[0, 0, 1:]
    strength = float(np.hypot(axes[0], axes[1]))
    return np.asarray(axes * min(1.0, _CHROMA_MOST / max(strength, 1e-3)), dtype=np.float32)


def _named(value: JsonValue, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise
