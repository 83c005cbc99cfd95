"""Damaged files of every format: a whole RGB picture or an InvalidImageError, and never a warning."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from lamplit.core.errors import InvalidImageError
from lamplit.imaging.images import read_image


def _samples() -> dict[str, bytes]:
    rows, columns = np.mgrid[:24, :32]
    pixels = np.stack([columns * 8, rows * 10, (rows * columns) % 256], axis=2).astype(np.uint8)
    rgb, deep = Image.fromarray(pixels), Image.fromarray(pixels[..., 2].astype(np.uint16) * 257)
    rgba = rgb.copy()
    rgba.putalpha(Image.fromarray(pixels[..., 0]))
    exif = Image.Exif()
    exif[274], exif[270] = 6, "a description"
    made: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "jpeg": (rgb, "JPEG", {"exif": exif}),
        "jpeg progressive": (rgb, "JPEG", {"progressive": True}),
        "jpeg cmyk": (rgb.convert("CMYK"), "JPEG", {}),
        "mpo": (rgb, "MPO", {"save_all": True, "append_images": [rgb]}),
        "png": (rgba, "PNG", {"exif": exif}),
        "png palette": (rgb.quantize(64), "PNG", {"transparency": 3}),
        "png 16": (deep, "PNG", {}),
        "webp": (rgb, "WEBP", {}),
        "webp lossless": (rgba, "WEBP", {"lossless": True, "exif": exif}),
        "gif": (rgb.quantize(64), "GIF", {"save_all": True, "append_images": [rgba.quantize(32)]}),
        "bmp": (rgb, "BMP", {}),
        "bmp palette": (rgb.quantize(16), "BMP", {}),
        "tiff": (rgb, "TIFF", {"exif": exif}),
        "tiff float": (Image.fromarray((pixels[..., 0] / 255).astype(np.float32)), "TIFF", {}),
        "tiff 16": (deep, "TIFF", {}),
        "tiff packbits": (rgb, "TIFF", {"compression": "packbits"}),
        "pgm 16": (deep, "PPM", {}),
        "ppm": (rgb, "PPM", {}),
    }
    encoded = {
        "pgm plain": b"P2\n# c\n4 2\n100\n0 1 2 3\n4 50 99 100\n",
        "pgm 10": b"P5 3 2 1023 " + bytes(range(12)),
    }
    for name, (image, kind, options) in made.items():
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        encoded[name] = buffer.getvalue()
    return encoded


SAMPLES = _samples()


@st.composite
def damage(draw: st.DrawFn, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        length = len(changed)
        # Headers decide most, so half of the damage is done there.
        at = draw(st.integers(0, min(length, 160)) | st.integers(0, length))
        kind = draw(st.sampled_from(["cut", "flip", "set", "insert", "remove", "fill", "splice"]))
        if kind == "cut":
            del changed[at:]
        elif kind == "flip" and at < length:
            changed[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set" and at < length:
            changed[at] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFE, 0xFF]) | st.integers(0, 255))
        elif kind == "insert":
            changed[at:at] = draw(st.binary(min_size=1, max_size=12))
        elif kind == "remove":
            del changed[at : at + draw(st.integers(1, 16))]
        elif kind == "fill":
            count = draw(st.integers(1, 8))
            changed[at : at + count] = bytes([draw(st.sampled_from([0, 0xFF, 0x7F]))]) * count
        else:
            other = draw(st.integers(0, length))
            changed[at : at + 16] = changed[other : other + 16]
    return bytes(changed)


def read_or_refuse(data: bytes) -> None:
    refusal = ""
    try:
        pixels = read_image(data, max_pixels=1_000_000)
    except InvalidImageError as error:
        pixels, refusal = None, str(error)
    if pixels is None:
        assert refusal.startswith(f"<bytes, {len(data):,} bytes>: needs ")
    else:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        assert pixels.size


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files(name):
    @settings(
        max_examples=200,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damage(SAMPLES[name]))
    def run(data: bytes) -> None:
        read_or_refuse(data)

    run()


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(2, 40), st.binary(max_size=200))
@example("jpeg", 3, b"\xff\xd9")
def test_a_right_beginning_and_then_noise(name, length, noise):
    read_or_refuse(SAMPLES[name][:length] + noise)


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.sampled_from(sorted(SAMPLES)), st.floats(0, 1), st.floats(0, 1))
def test_two_files_joined(first, second, end, start):
    a, b = SAMPLES[first], SAMPLES[second]
    read_or_refuse(a[: int(end * len(a))] + b[int(start * len(b)) :])


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(st.binary(max_size=300))
def test_noise(data):
    read_or_refuse(data)


# "pgm plain" is left out: cut inside its last number, it is a whole picture with another number.
@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"pgm plain"}))
def test_a_beginning_is_refused_or_holds_the_whole_picture(name):
    data = SAMPLES[name]
    whole = read_image(data)
    step = max(1, len(data) // 60)
    for end in [*range(0, len(data), step), *range(max(0, len(data) - 24), len(data))]:
        try:
            pixels = read_image(data[:end])
        except InvalidImageError:
            continue
        np.testing.assert_array_equal(pixels, whole)
