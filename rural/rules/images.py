"""Is a file the picture that it is said to be, and does it tell where it was taken?"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_GPS = 0x8825
# More than any phone's camera makes; a small file can claim to be larger than memory.
MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture's file says of itself."""

    media_type: str
    width: int
    height: int
    has_place: bool


class NotAPicture(ValueError):
    """The content is no picture that can be opened."""


def inspect(content: bytes) -> Picture:
    """
    Return what a picture is.

    :raises NotAPicture: if it can't be decoded, is none of JPEG, PNG, WebP, or is far too large
    """
    try:
        with Image.open(BytesIO(content), formats=list(MEDIA_TYPES)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotAPicture(f"{image.width} × {image.height} pixels")
            has_place = bool(image.getexif().get_ifd(_GPS))
            image.load()
            return Picture(MEDIA_TYPES[str(image.format)], image.width, image.height, has_place)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPicture(str(error)) from error
