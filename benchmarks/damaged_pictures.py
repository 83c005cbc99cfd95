"""Files that look like pictures and are not, or no longer: one of every kind that people's folders hold."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 100_000


def write_damaged(folder: Path, photo: Image.Image, number: int) -> dict[Path, str]:
    """Write one file of each kind, all with a number in their names.

    Parameters
    ----------
    folder : Path
        Where to.
    photo : PIL.Image.Image
        The RGB picture that gets damaged.
    number : int
        What tells the files of several calls apart.

    Returns
    -------
    dict of Path to str
        The status that `lamplit analyze` should give each file.
    """
    statuses = {}
    for name, (content, status) in _damaged(photo, number).items():
        path = folder / f"{number:02d}-{name}"
        path.write_bytes(content)
        statuses[path] = status
    (folder / f"{number:02d}-dangling.jpg").symlink_to(folder / "gone.jpg")
    statuses[folder / f"{number:02d}-dangling.jpg"] = "unreadable"
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / f"{number:02d}-pipe.jpg")
        statuses[folder / f"{number:02d}-pipe.jpg"] = "unreadable"
    return statuses


def _damaged(photo: Image.Image, number: int) -> dict[str, tuple[bytes, str]]:
    """Return content and status by name."""
    jpeg, png, gif, tiff, webp = (_encoded(photo, kind) for kind in ("JPEG", "PNG", "GIF", "TIFF", "WEBP"))
    noise = np.random.default_rng(number).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    not_finite = _encoded(Image.fromarray(np.full((40, 40), np.nan, np.float32)), "TIFF")
    spoilt = bytearray(png)
    spoilt[len(png) // 2] ^= 0xFF
    return {
        "half.jpg": (jpeg[: len(jpeg) // 2], "truncated"),
        "two-bytes.jpg": (jpeg[:2], "not an image"),
        "half.png": (png[: len(png) // 2], "truncated"),
        "half.gif": (gif[: len(gif) // 2], "truncated"),
        "half.tif": (tiff[: len(tiff) // 2], "truncated"),
        "half.webp": (webp[: len(webp) // 2], "truncated"),
        "empty.jpg": (b"", "empty"),
        "no-rows.pgm": (b"P5 12 0 255\n", "corrupt"),
        "text.jpg": (b"To be replaced by the real picture.\n", "not an image"),
        "page.jpg": (b"<!DOCTYPE html><html><body>404</body></html>", "not an image"),
        "noise.png": (noise, "not an image"),
        "archive.png": (b"PK\x03\x04" + noise, "not an image"),
        "really-png.jpg": (png, "misnamed"),
        "really-jpeg.png": (jpeg, "misnamed"),
        "huge.png": (_huge_png(), "too large"),
        "huge.bmp": (_huge_bmp(), "too large"),
        "spoilt.png": (bytes(spoilt), "corrupt"),
        "not-finite.tif": (not_finite, "not finite"),
    }


def _encoded(photo: Image.Image, kind: str) -> bytes:
    """Return a picture in a format."""
    file = io.BytesIO()
    photo.save(file, kind)
    return file.getvalue()


def _huge_png() -> bytes:
    """Return a PNG of a few bytes whose header claims 100,000 x 100,000 pixels."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(999))),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(*chunk) for chunk in (*chunks, (b"IEND", b"")))


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _huge_bmp() -> bytes:
    """Return a BMP of a few bytes whose header claims 100,000 x 100,000 pixels."""
    header = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 999, 0, 0, 54) + header + bytes(999)
