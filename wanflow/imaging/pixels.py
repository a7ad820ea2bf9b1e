"""Decoded pictures in the few forms that the rest of the house works with."""

from io import BytesIO

from PIL import Image, ImageCms

_WHITE = (255, 255, 255, 255)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture as its EXIF orientation (1 to 8) asks."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def straight(image: Image.Image) -> Image.Image:
    """Give a picture as L, RGB, RGBA or CMYK, 8 bits a channel, its colour profile kept."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        # 16 bits of grey: Pillow's own conversion cuts everything over 255 to white.
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in {"L", "RGB", "CMYK"}:
        image = image.convert("RGB")
    else:
        image = image.copy()
    image.info = {"icc_profile": profile} if profile else {}
    return image


def in_srgb(image: Image.Image) -> Image.Image:
    """Give a picture that went through `straight` as RGB or RGBA in sRGB, without metadata.

    A profile that cannot be used, or that is sRGB already, is dropped.
    """
    opaque = image.convert("RGB") if image.mode == "RGBA" else image
    shown = _by_profile(opaque, image.info.get("icc_profile")) or opaque.convert("RGB")
    if image.mode == "RGBA":
        shown.putalpha(image.getchannel("A"))
    shown.info = {}
    return shown


def flattened(image: Image.Image) -> Image.Image:
    """Lay an RGB or RGBA picture on white; the result is RGB."""
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image).convert("RGB")


def _by_profile(image: Image.Image, profile: object) -> Image.Image | None:
    if not isinstance(profile, bytes):
        return None
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(given).lower():
            return None
        return ImageCms.profileToProfile(
            image, given, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
