"""Pictures from outside come out as few plain pixels, or as one sentence of ours."""

import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agent_tui.content.picture import (
    MOST_OCTETS,
    Picture,
    PictureProblem,
    decoded,
    dumped,
    loaded,
)

GROUND = "102030"


def made(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    """A file with a red picture."""
    out = BytesIO()
    colour = (255, 0, 0, 128) if mode == "RGBA" else (255, 0, 0)
    Image.new(mode, size, colour).save(out, kind, **more)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few octets that say they are a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(3 * 1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_made_to_fit_and_tells_its_own_size(kind: str) -> None:
    picture = decoded(made(kind, (400, 200)), 40, 44, GROUND)
    assert (picture.width, picture.height) == (40, 20)
    assert (picture.full_width, picture.full_height) == (400, 200)
    assert len(picture.pixels) == 3 * 40 * 20
    assert picture.pixels[0] > 240
    assert max(picture.pixels[1:3]) < 15


def test_a_small_picture_stays_small() -> None:
    assert decoded(made("PNG", (5, 4)), 80, 44, GROUND).pixels == b"\xff\0\0" * 20


def test_what_one_sees_through_lies_on_the_ground() -> None:
    red, green, blue = decoded(made("PNG", (1, 1), "RGBA"), 9, 9, GROUND).pixels
    assert 120 < red < 150
    assert (green, blue) == (0x20 // 2, 0x30 // 2)


def test_a_picture_that_lies_on_its_side_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decoded(made("JPEG", (40, 20), exif=exif), 99, 99, GROUND)
    assert (picture.width, picture.height) == (20, 40)


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "no PNG"),
        (b"GIF89a", "no PNG|broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG"),
        (made("PNG")[:-30], "broken"),
        (made("JPEG", (400, 400))[:300], "broken"),
        (made("TIFF"), "no PNG"),
        (made("BMP"), "no PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "no PNG"),
        (png_that_claims(60_000, 60_000), "more than 40 million pixels"),
        (png_that_claims(7_000, 7_000), "more than 40 million pixels"),
        (b"\x89PNG\r\n\x1a\n" + bytes(MOST_OCTETS), "more than 30 MB"),
    ],
    ids=["empty", "head", "svg", "cut", "cut-jpeg", "tiff", "bmp", "eps", "bomb", "big", "file"],
)
def test_what_is_no_picture_or_too_much_is_one_sentence(octets: bytes, told: str) -> None:
    with pytest.raises(PictureProblem, match=told) as raised:
        decoded(octets, 80, 44, GROUND)
    assert str(raised.value).isprintable()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.data())
def test_a_picture_with_any_octets_spoilt_gives_pixels_or_a_sentence(
    kind: str, data: st.DataObject
) -> None:
    octets = bytearray(made(kind))
    for _ in range(data.draw(st.integers(1, 8))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureProblem):
        picture = decoded(bytes(octets), 20, 20, GROUND)
        assert len(picture.pixels) == 3 * picture.width * picture.height <= 1200


def test_what_the_process_writes_is_read_again() -> None:
    picture = Picture(2, 1, 20, 10, b"abcdef")
    assert loaded(dumped(picture)) == picture


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"2 1 20 10\nabcde",
        b"2 1 20 10\nabcdefg",
        b"2 1 20\nabcdef",
        b"-2 -1 20 10\nabcdef",
        b"0 0 0 0\n",
        b"99999 1 1 1\n",
        b"\x1b]0;owned\x07\n",
    ],
)
def test_an_answer_that_is_not_what_was_asked_is_refused(octets: bytes) -> None:
    with pytest.raises(PictureProblem):
        loaded(octets)


def test_the_process_itself_answers_with_pixels_or_a_sentence_and_bounds_its_memory() -> None:
    code = (
        "import resource, sys; from agent_tui.content import picture; picture._limit();"
        "limits = resource.RLIMIT_AS, resource.RLIMIT_CPU;"
        "print(*(resource.getrlimit(limit)[0] for limit in limits))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["800000000", "10"]
