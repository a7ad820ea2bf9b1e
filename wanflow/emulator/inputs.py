"""From the references of an order to pictures; nothing is ever fetched from the network."""

import base64
import binascii
import re
from urllib.parse import urlsplit

from wanflow.emulator import pictures
from wanflow.emulator.drawing import Sketch, paint
from wanflow.emulator.geometry import Size
from wanflow.emulator.orders import Order
from wanflow.emulator.pictures import Look, Picture, check_mask, small_jpeg
from wanflow.emulator.refusals import Refusal, refusal
from wanflow.emulator.service import Service
from wanflow.emulator.store import StoreRefusal, find_result, stored_file
from wanflow.emulator.wire import Incoming

_DATA = re.compile(r"data:image/(jpeg|jpg|png|bmp|webp|tiff|gif);base64,")
_RESOLVE = "x-dashscope-ossresourceresolve"


def check_references(service: Service, order: Order, incoming: Incoming) -> None:
    """Refuse references that the service would not even try to open.

    Raises:
        Refusal: a scheme is not known, or an `oss://` name comes without the header that
            resolves it or for another model.
    """
    for reference in order.references:
        if reference.startswith("oss://"):
            if incoming.header(_RESOLVE).lower() != "enable":
                message = "oss:// needs the header X-DashScope-OssResourceResolve: enable"
                raise refusal("InvalidURL", message)
            name = order.model_name
            stored_file(service, reference, model=name, account=incoming.account)
        elif not (_DATA.match(reference) or _is_address(reference)):
            raise refusal("InvalidURL")


def _is_address(reference: str) -> bool:
    try:
        return urlsplit(reference).scheme in {"http", "https"} and bool(
            urlsplit(reference).hostname
        )
    except ValueError:
        return False


def open_pictures(service: Service, order: Order, incoming: Incoming) -> tuple[Picture, ...]:
    """Open all pictures of an order and hold them against the model's limits.

    Raises:
        Refusal: the first one that cannot be used.
    """
    opened = tuple(_open(service, order, reference, incoming) for reference in order.references)
    if len(opened) == 2 and order.function is not None:
        said = check_mask(*opened)
        if said is not None and service.settings.check_images != "off":
            raise said
    return opened


def _open(service: Service, order: Order, reference: str, incoming: Incoming) -> Picture:
    look = _look(service, order, reference, incoming)
    if look is not None:
        return pictures.fitting(look, order.model, service.settings.check_images)
    if service.settings.outside_urls == "refuse":
        raise refusal("InvalidURL.ConnectionRefused")
    return Picture(label=urlsplit(reference).hostname or "?")


def _look(service: Service, order: Order, reference: str, incoming: Incoming) -> Look | None:
    """Look at one picture; None if it lies outside."""
    if reference.startswith("oss://"):
        name, account = order.model_name, incoming.account
        stored = stored_file(service, reference, model=name, account=account)
        if stored is None:
            raise refusal("BadRequest.InputDownloadFailed")
        if isinstance(stored.content, Refusal):
            raise stored.content
        return stored.content
    if not reference.startswith("data:"):
        return _own_result(service, reference, incoming)
    try:
        content = base64.b64decode(reference.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise refusal("InvalidFile.Openerror", "The base64 data is damaged.") from None
    return service.viewer.look(content)


def _own_result(service: Service, reference: str, incoming: Incoming) -> Look | None:
    try:
        sketch = find_result(service, reference, incoming.now_s)
    except StoreRefusal as gone:
        raise refusal("BadRequest.InputDownloadFailed", str(gone)) from None
    if sketch is not None:
        return _look_of(sketch)
    if urlsplit(reference).netloc == urlsplit(incoming.origin).netloc:
        raise refusal("BadRequest.InputDownloadFailed")
    return None


def _look_of(sketch: Sketch) -> Look:
    """Look at a result of our own; its thumbnail is painted small rather than scaled down."""
    longest = max(sketch.size.width_px, sketch.size.height_px)
    small = Size(
        width_px=max(sketch.size.width_px * pictures.THUMBNAIL_PX // longest, 1),
        height_px=max(sketch.size.height_px * pictures.THUMBNAIL_PX // longest, 1),
    )
    return Look(
        label=f"{sketch.model}/{sketch.seed}/{sketch.number}",
        format="PNG",
        size=sketch.size,
        size_bytes=0,
        alpha=False,
        thumbnail=small_jpeg(paint(sketch, small)),
    )
