"""Turns a picture from outside into a few plain pixels, in a process of its own.

``python -m agent_tui.content.picture WIDTH HEIGHT GROUND`` reads a picture on its standard input
and writes, as :func:`dumped` does, what of it fits into so many pixels, on a ground such as
``1e1e2e``. The process may take little memory and time, and whatever a hostile picture does to the
decoder, nothing of its own bytes comes out but pixels. Needs Pillow, the extra ``images``.
"""

import sys
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from warnings import catch_warnings

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MOST_OCTETS = 30_000_000
"""Bigger files are not looked at."""

MOST_PIXELS = 40_000_000
"""Of the picture as it is in its file: a decoder needs four octets for each."""

_MOST_MEMORY = 800_000_000
_MOST_SECONDS = 10
_MOST_SIDE = 4_000
_TOO_BIG = f"It has more than {MOST_PIXELS // 1_000_000} million pixels, or needs as much memory."
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""What customers send; each other decoder is one more way in."""


class PictureProblem(Exception):  # noqa: N818 - a state of the file
    """The picture cannot be shown; ``str()`` is one sentence of ours."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, row by row, three octets each (red, green, blue)."""

    width: int
    height: int
    full_width: int  # as it is in the file
    full_height: int
    pixels: bytes


def decoded(octets: bytes, width: int, height: int, ground: str) -> Picture:
    """The picture, made smaller where it is bigger than ``width`` x ``height``, transparent parts
    on ``ground``. Raises PictureProblem."""
    from PIL import Image, UnidentifiedImageError

    if len(octets) > MOST_OCTETS:
        raise PictureProblem(f"The file has more than {MOST_OCTETS // 1_000_000} MB.")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # from so many on Pillow warns
    try:
        with (
            catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(BytesIO(octets), formats=_FORMATS) as image,
        ):
            return _made_small(image, width, height, ground)
    except PictureProblem:
        raise
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise PictureProblem(_TOO_BIG) from problem
    except UnidentifiedImageError as problem:
        raise PictureProblem("The file is no PNG, JPEG, GIF or WebP.") from problem
    except Exception as error:
        raise PictureProblem("The file is broken.") from error


def _made_small(image: "ImageFile", width: int, height: int, ground: str) -> Picture:
    from PIL import Image, ImageOps

    full = image.size
    if full[0] * full[1] > MOST_PIXELS:
        raise PictureProblem(_TOO_BIG)
    image.draft("RGB", (width, height))  # a JPEG need not be decoded in full
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((width, height))
    under = Image.new("RGBA", turned.size, f"#{ground}")
    under.alpha_composite(turned.convert("RGBA"))
    small = under.convert("RGB")
    return Picture(*small.size, *full, small.tobytes())


def dumped(picture: Picture) -> bytes:
    """``picture`` as it goes to the process that asked."""
    sizes = (picture.width, picture.height, picture.full_width, picture.full_height)
    return b"%d %d %d %d\n" % sizes + picture.pixels


def loaded(octets: bytes) -> Picture:
    """What :func:`dumped` has written, held against itself. Raises PictureProblem."""
    head, _, pixels = octets.partition(b"\n")
    words = head.split()
    if len(words) != 4 or not all(word.isdigit() and len(word) < 7 for word in words):
        raise PictureProblem("The decoder did not answer.")
    width, height, full_width, full_height = map(int, words)
    if not 0 < width <= _MOST_SIDE or not 0 < height <= _MOST_SIDE:
        raise PictureProblem("The decoder did not answer.")
    if len(pixels) != 3 * width * height:
        raise PictureProblem("The decoder did not answer.")
    return Picture(width, height, full_width, full_height, pixels)


def main() -> int:
    """The process: 0 with a picture on standard output, 1 with one sentence on standard error."""
    _limit()
    width, height = (min(max(int(word), 1), _MOST_SIDE) for word in sys.argv[1:3])
    try:
        octets = sys.stdin.buffer.read(MOST_OCTETS + 1)
        sys.stdout.buffer.write(dumped(decoded(octets, width, height, sys.argv[3])))
    except PictureProblem as problem:
        sys.stderr.write(str(problem))
        return 1
    return 0


def _limit() -> None:
    """Bound what this process may take; a system without such limits has the caller's patience."""
    if sys.platform == "win32":
        return
    import resource  # only this process has limits

    wanted = ((resource.RLIMIT_AS, _MOST_MEMORY), (resource.RLIMIT_CPU, _MOST_SECONDS))
    for limit, most in wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    sys.exit(main())
