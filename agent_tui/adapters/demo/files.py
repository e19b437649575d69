"""Small files of real bytes for the attachments of the demo world, made from their names."""

import struct
import zlib
from functools import cache
from pathlib import PurePath

TYPES = {".png": "image/png", ".pdf": "application/pdf", ".txt": "text/plain"}
"""Media types by extension; the demo world attaches nothing else."""

_WIDTH, _HEIGHT = 64, 48


def media_type(name: str) -> str:
    """The media type of a demo file called ``name``."""
    return TYPES[PurePath(name).suffix]


def known(name: str) -> bool:
    """Whether ``name`` is that of a demo file."""
    return PurePath(name).suffix in TYPES


@cache
def content(name: str) -> bytes:
    """The bytes of the demo file called ``name``; the same name gives the same bytes."""
    match media_type(name):
        case "image/png":
            return _png(zlib.crc32(name.encode()))
        case "application/pdf":
            return _pdf(name.removesuffix(".pdf").replace("-", " "))
        case _:
            return f"{name}\n\nLarkfell, The Old Ropeworks, Hexham\n".encode()


def _png(shade: int) -> bytes:
    """A diagonal shade of one colour, 64 x 48 (PNG, RFC 2083)."""
    red, green, blue = shade & 127, shade >> 8 & 127, shade >> 16 & 127
    ramp = bytes(
        channel for step in range(_WIDTH) for channel in (red + step, green + step, blue + step)
    )
    rows = b"".join(b"\0" + ramp[3 * skip :] + ramp[: 3 * skip] for skip in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(rows, 1)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _pdf(title: str) -> bytes:
    """One A5 page with a title (PDF 1.4, ISO 32000-1)."""
    words = title.encode("latin-1", "replace").translate(None, b"()\\")
    stream = b"BT /F1 18 Tf 40 540 Td (Larkfell) Tj 0 -32 Td /F1 12 Tf (" + words + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer
