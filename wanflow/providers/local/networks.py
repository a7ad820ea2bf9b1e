"""The two small networks of the engine: where they are, and proof that they compute rightly."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from wanflow.errors import StepError

Planes = NDArray[np.float32]  # (1, channels, height, width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network file, and what it answers to the probe picture.

    `answer` are the means of nine blocks of the first output plane, computed once with OpenCV
    4.14; another machine differs by its rounding, a broken build by much more.
    """

    file: str
    probe_px: int
    answer: tuple[float, ...]


SALIENCY = Network(
    file="u2netp.onnx",
    probe_px=320,
    answer=(0.07295, 0.44669, 0.07637, 0.44729, 0.99994, 0.45596, 0.07658, 0.45491, 0.07957),
)
LETTERING = Network(
    file="ppocr-v4-det.onnx",
    probe_px=160,
    answer=(0.0, 0.0, 0.0, 0.04728, 0.28763, 0.08062, 0.0, 0.0, 0.0),
)
_TOLERANCE = 0.01


def run(network: Network, planes: Planes) -> NDArray[np.float32]:
    """Feed a network and give its first output as (height, width).

    The network is read anew each time, in 0.05 s: kept, it would hold some 300 MB.

    Raises:
        StepError: the file is damaged, or this build of OpenCV computes wrong numbers.
    """
    _check(network)
    return _forward(_loaded(network), planes)


def probed(network: Network, net: cv2.dnn.Net) -> tuple[float, ...]:
    """Give what a network answers to the probe picture: a disc with a word on it."""
    side = network.probe_px
    grey = np.full((side, side), 60, dtype=np.uint8)
    cv2.circle(grey, (side // 2, side // 2), side // 3, 200, -1)
    cv2.putText(grey, "wan", (side // 5, side * 3 // 5), 0, side / 96, 0, max(1, side // 40))
    light = grey.astype(np.float32) / 127.5 - 1
    plane = _forward(net, np.stack([light, light * 0.8, light * 0.6])[None])
    blocks = cv2.resize(plane, (3, 3), interpolation=cv2.INTER_AREA)
    return tuple(float(value) for value in blocks.ravel())


@cache
def _check(network: Network) -> None:
    if not np.allclose(probed(network, _loaded(network)), network.answer, atol=_TOLERANCE):
        raise StepError(
            "engine-miscalculates",
            f"OpenCV {cv2.__version__} computes wrong numbers with the network {network.file}",
            hint="python -m pip install 'wanflow[local]'",
        )


def _loaded(network: Network) -> cv2.dnn.Net:
    try:
        with as_file(files("wanflow.providers.local") / "data" / network.file) as path:
            return cv2.dnn.readNetFromONNX(str(path))
    except (cv2.error, FileNotFoundError):
        raise StepError(
            "engine-damaged",
            f"the network {network.file} of the local engine is missing or damaged",
            hint="python -m pip install --force-reinstall 'wanflow[local]'",
        ) from None


def _forward(net: cv2.dnn.Net, planes: Planes) -> NDArray[np.float32]:
    net.setInput(planes)
    first = net.getUnconnectedOutLayersNames()[0]
    return cast("NDArray[np.float32]", net.forward(first)[0, 0])
