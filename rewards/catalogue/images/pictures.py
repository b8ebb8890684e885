"""What is taken for an image of a reward, and how it is kept: written anew, so that nothing comes along with it."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext
from PIL import Image, ImageOps

MOST_BYTES = 5 * 1024 * 1024
# A telephone's has 12 million. A few bytes can say that they are billions, and each would take four bytes of memory.
MOST_PIXELS = 16_000_000
# Of the longer side, as it is kept.
LONGEST_SIDE = 1_600
ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class NotAnImage(ValueError):
    """A sentence for whoever has chosen the file."""


@dataclass(frozen=True)
class Picture:
    """`name`: the digest of the content with an ending, so that the same image is kept once."""

    name: str
    content: bytes
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """A PNG, JPEG or WebP image upright and without metadata, at most `LONGEST_SIDE` wide and high; of a moving one the
    first picture. Raises NotAnImage."""
    if len(content) > MOST_BYTES:
        raise NotAnImage(gettext("The image is larger than 5 MB: choose a smaller one."))
    try:
        with Image.open(BytesIO(content), formats=list(ENDINGS)) as opened:
            _check_pixels(opened)
            return _written(opened)
    except NotAnImage:
        raise
    # Files made to do harm bring the decoders to errors of many kinds.
    except Exception:
        raise NotAnImage(gettext("The file is no PNG, JPEG or WebP image, or it is damaged.")) from None


def _check_pixels(image: Image.Image) -> None:
    """By what the file says of itself, before any of it is unpacked."""
    if image.width * image.height > MOST_PIXELS:
        raise NotAnImage(gettext("The image has more than 16 million pixels: choose a smaller one."))


def _written(opened: Image.Image) -> Picture:
    kind = opened.format or ""
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(opened)
    plain = upright.convert("RGBA" if kind != "JPEG" and upright.has_transparency_data else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Places, cameras, profiles and comments stay with the old one.
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    out = BytesIO()
    clean.save(out, kind, **({} if kind == "PNG" else {"quality": 88}))
    written = out.getvalue()
    return Picture(f"{hashlib.sha256(written).hexdigest()}.{ENDINGS[kind]}", written, *clean.size)
