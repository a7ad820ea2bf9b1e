"""Facts and pictures for tests of what stands in a picture's file."""

from dataclasses import replace
from functools import cache
from io import BytesIO

from PIL import Image

from tests.imaging.making import noise, packed
from wanflow.imaging.metadata.png_chunks import chunk, international_text, png_file
from wanflow.model.provenance import Facts, Labels
from wanflow.model.values import Sha256

FORMS = ("PNG", "JPEG", "WEBP")
HOSTILE = (
    "]]></rdf:Description><x>",
    "&amp; & < > \" ' &#0;",
    "左\u202e右\u2066 bidi",
    "👩🏽‍🚀 \U0010ffff",
    "字" * 10_000,
    "a\0b\x01\x7f\x85",
    "lines\r\nand\ttabs\n",
    "\ud800 alone \ufffe\uffff",
    "<!DOCTYPE x [<!ENTITY e 'e'>]>",
    "",
)
SERVICE_LABEL = '{"Label":"1","ContentProducer":"001191 测试","ProduceID":"7f3a"}'
SERVICE_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF "
    "xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<r:Description r:about='' xmlns:T='http://www.tc260.org.cn/ns/AIGC/1.0/'>"
    f"<T:AIGC>{SERVICE_LABEL}</T:AIGC>"
    "</r:Description></r:RDF></x:xmpmeta>          <?xpacket end='w'?>"
).encode()


def facts(**changes: object) -> Facts:
    """Describe the first picture of a step that fused two."""
    usual = Facts(
        recipe="poster",
        recipe_version="1.2.0",
        recipe_sha256=Sha256("a" * 64),
        run="poster-20261124-101530-4f2a",
        step="placed",
        index=1,
        picture=Sha256("b" * 64),
        operation="fuse",
        provider="dashscope",
        fingerprint="c" * 64,
        prompt="put the clock on the table",
        inputs=(Sha256("d" * 64), Sha256("e" * 64)),
        model="wan2.5-i2i-preview",
        seed=7,
        source_type="compositeWithTrainedAlgorithmicMedia",
        system="wan2.5-i2i-preview (Alibaba Model Studio)",
        wanflow_version="0.1.0",
        made_at="2026-11-24T10:15:31.000Z",
    )
    return replace(usual, **changes)  # type: ignore[arg-type] # fields by name, for tests


@cache
def picture(form: str) -> bytes:
    """Give a picture that hardly packs, without metadata; always the same one."""
    return packed(noise(40, 30), form)


def decoded(data: bytes) -> bytes:
    """Give a picture's pixels."""
    with Image.open(BytesIO(data)) as image:
        return image.tobytes()


@cache
def from_service(form: str) -> bytes:
    """Give a picture with a label as a service might write it."""
    data = picture(form)
    if form == "PNG":
        return png_file(data, "it").with_packet(SERVICE_PACKET)
    return packed(noise(40, 30), form, xmp=SERVICE_PACKET)


def with_text(data: bytes, keyword: bytes, text: str) -> bytes:
    """Put an international text behind the header of a PNG."""
    return png_file(data, "it").with_behind_header([international_text(keyword, text)]).joined()


def with_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """Put a chunk behind the header of a PNG."""
    return png_file(data, "it").with_behind_header([chunk(kind, body)]).joined()


def producer(name: str = "某公司") -> Labels:
    """Say who the producer is."""
    return Labels(producer=name)
