"""What each format's pixels become."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from lamplit.imaging.images import read_image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("PPM", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ],
)
@pytest.mark.parametrize("grey", [False, True])
def test_lossless_formats_return_every_pixel(photo, encode, kind, options, grey):
    image = photo[..., 0] if grey else photo
    expected = np.repeat(image[..., None], 3, axis=2) if grey else image
    np.testing.assert_array_equal(read_image(encode(image, kind, **options)), expected)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 3}])
def test_jpeg_is_near(encode, options):
    smooth = np.repeat(np.arange(0, 240, 6, dtype=np.uint8)[:, None, None], 3, axis=2).repeat(32, axis=1)
    near = read_image(encode(smooth, "JPEG", quality=95, **options))
    np.testing.assert_allclose(near.astype(int), smooth, atol=4)


def test_grey_jpeg(encode):
    assert read_image(encode(np.full((16, 16), 90, np.uint8), "JPEG")).tolist() == [[[90] * 3] * 16] * 16


@pytest.mark.parametrize("colour", [RED, GREEN, BLUE, WHITE, (0, 0, 0)])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_colours(encode, colour, kind):
    """JPEG holds CMYK inverted, as Adobe does; TIFF does not."""
    image = Image.new("RGB", (16, 16), colour).convert("CMYK")
    data = encode(image, kind)
    if kind == "JPEG":
        assert b"Adobe" in data
    np.testing.assert_allclose(read_image(data)[8, 8].astype(int), colour, atol=4)


def test_gif_gives_its_first_frame(encode):
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_image(data)[0, 0].tolist() == list(RED)


def test_tiff_gives_its_first_page(encode):
    data = encode(
        Image.new("RGB", (4, 4), RED), "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]
    )
    assert read_image(data).shape == (4, 4, 3)


def test_palette(photo, encode):
    image = Image.fromarray(photo).quantize(16)
    np.testing.assert_array_equal(read_image(encode(image, "PNG")), np.array(image.convert("RGB")))


def test_one_bit(encode):
    bits = Image.fromarray(np.array([[0, 255, 0], [255, 255, 0]], np.uint8)).convert("1")
    for kind in ("PNG", "PPM", "BMP", "TIFF"):
        assert read_image(encode(bits, kind))[..., 0].tolist() == [[0, 255, 0], [255, 255, 0]]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_transparent_parts_lie_on_white(encode, kind):
    pixels = np.array([[[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]]], np.uint8)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    assert read_image(encode(pixels, kind, **options)).tolist() == [
        [[200, 100, 0], [255, 255, 255], [244, 224, 204]]
    ]


def test_grey_with_alpha(encode):
    image = Image.fromarray(np.array([[[50, 255], [50, 0]]], np.uint8), "LA")
    assert read_image(encode(image, "PNG"))[0, :, 0].tolist() == [50, 255]


@pytest.mark.parametrize(
    ("image", "transparency"),
    [
        (Image.new("RGB", (2, 1), RED), RED),
        (Image.new("L", (2, 1), 9), 9),
        (Image.new("P", (2, 1), 3), 3),
        (Image.new("P", (2, 1), 1), b"\xff\x00"),
    ],
    ids=["RGB", "L", "P", "P with a table"],
)
def test_a_transparent_colour_lies_on_white(encode, image, transparency):
    if image.mode == "P":
        image.putpalette(bytes(range(60)))
    image.putpixel((0, 0), (1, 2, 3) if image.mode == "RGB" else 0)
    pixels = read_image(encode(image, "PNG", transparency=transparency))
    assert pixels[0, 1].tolist() == list(WHITE)
    assert pixels[0, 0].tolist() != list(WHITE)


def test_sixteen_bit_grey(encode):
    deep = np.array([[0, 257, 32768, 65535]], np.uint16)
    for kind in ("PNG", "PPM", "TIFF"):
        assert read_image(encode(deep, kind))[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_colour():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = struct.pack(">B6H", 0, 65535, 0x8000, 0x0100, 0xFFFF, 0, 0)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    plain = b"\x89PNG\r\n\x1a\n" + head + body
    assert read_image(plain).tolist() == [[[255, 128, 1], [255, 0, 0]]]
    keyed = b"\x89PNG\r\n\x1a\n" + head + chunk(b"tRNS", struct.pack(">3H", 65535, 0, 0)) + body
    assert read_image(keyed).tolist() == [[[255, 128, 1], [255, 255, 255]]]


@pytest.mark.parametrize(
    ("data", "grey"),
    [
        (b"P5\n3 1\n255\n" + bytes([0, 7, 255]), [0, 7, 255]),
        (b"P5\n# a comment\n3 1\n100\n" + bytes([0, 50, 100]), [0, 128, 255]),
        (b"P5 3 1 65535 " + struct.pack(">3H", 0, 32768, 65535), [0, 128, 255]),
        (b"P5 3 1 1023 " + struct.pack(">3H", 0, 512, 1023), [0, 128, 255]),
        (b"P2\n3 1\n10\n0 5 10\n", [0, 128, 255]),
        (b"P2 3 1 1000 0 500 1000\n", [0, 128, 255]),
        (b"P1\n3 1\n1 0 1\n", [0, 255, 0]),
        (b"P4\n3 1\n\xa0", [0, 255, 0]),
    ],
)
def test_pnm_honours_its_greatest_value(data, grey):
    assert read_image(data)[0, :, 0].tolist() == grey


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        (b"P6 1 1 255 \x01\x02\x03", [1, 2, 3]),
        (b"P6 1 1 51 \x01\x02\x33", [5, 10, 255]),
        (b"P6 1 1 65535 " + struct.pack(">3H", 257, 514, 65535), [1, 2, 255]),
        (b"P3 1 1 255 1 2 3\n", [1, 2, 3]),
    ],
)
def test_ppm_colours(data, pixel):
    assert read_image(data)[0, 0].tolist() == pixel


@pytest.mark.parametrize(
    ("values", "grey"),
    [
        (np.array([[0, 0.5, 1]], np.float32), [0, 128, 255]),
        (np.array([[0, 7, 255]], np.float32), [0, 7, 255]),
        (np.array([[0, 257, 65535]], np.float32), [0, 1, 255]),
        (np.array([[-5, 0, 1]], np.float32), [0, 0, 255]),
        (np.array([[0, 7, 255]], np.int32), [0, 7, 255]),
        (np.array([[0, 257, 60000]], np.int32), [0, 1, 233]),
        (np.array([[-9, 2**30, 2**31 - 1]], np.int32), [0, 64, 127]),
        (np.array([[0.0, 5e11, 1e12]], np.float32), [0, 128, 255]),
    ],
)
def test_tiff_numbers_without_a_white_point(encode, values, grey):
    assert read_image(encode(values, "TIFF"))[0, :, 0].tolist() == grey


def tiff(bits: int, photometric: int, body: bytes, *, sample_format: int = 1) -> bytes:
    """Two pixels in one row, little-endian, uncompressed."""
    tags = {
        256: 2,
        257: 1,
        258: bits,
        259: 1,
        262: photometric,
        273: 134,
        277: 1,
        278: 1,
        279: len(body),
        339: sample_format,
    }
    entries = b"".join(
        struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, tags[tag]) for tag in sorted(tags)
    )
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + body.rjust(len(body), b"\0")


@pytest.mark.parametrize(
    ("data", "grey"),
    [
        (tiff(32, 1, struct.pack("<2I", 0, 2**32 - 1)), [0, 255]),
        (tiff(16, 0, struct.pack("<2H", 0, 65535)), [255, 0]),
        (tiff(32, 0, struct.pack("<2f", 0, 1), sample_format=3), [255, 0]),
        (tiff(16, 1, struct.pack("<2h", -4, 255), sample_format=2), [0, 255]),
        (tiff(12, 1, bytes([0x80, 0x0F, 0xFF])), [128, 255]),
    ],
    ids=["unsigned 32", "white is zero", "float white is zero", "signed 16", "12 bit"],
)
def test_rare_tiff_numbers(data, grey):
    assert read_image(data)[0, :, 0].tolist() == grey


@pytest.mark.parametrize(
    "mode",
    [
        "1",
        "L",
        "LA",
        "La",
        "P",
        "PA",
        "RGB",
        "RGBA",
        "RGBa",
        "RGBX",
        "CMYK",
        "YCbCr",
        "LAB",
        "HSV",
        "I",
        "F",
        "I;16",
    ],
)
def test_every_mode_of_pillow_gives_rgb(mode):
    pixels = read_image(Image.new(mode, (3, 2)))
    assert pixels.shape == (2, 3, 3)
    assert pixels.dtype == np.uint8


def turned(upright: np.ndarray, orientation: int) -> np.ndarray:
    """What a camera stores for each EXIF orientation (CIPA DC-008, tag 274)."""
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: upright.swapaxes(0, 1)[::-1],  # the stored row 0 is the right side of the picture
        7: upright.swapaxes(0, 1)[::-1, ::-1],
        8: upright.swapaxes(0, 1)[:, ::-1],
    }[orientation].copy()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "lzw", "pillow"])
def test_exif_orientation(photo, encode, orientation, kind):
    exif = Image.Exif()
    exif[274] = orientation
    stored = turned(photo, orientation)
    if kind == "pillow":
        source: object = Image.fromarray(stored)
        source.getexif()[274] = orientation
    elif kind == "lzw":
        source = encode(stored, "TIFF", exif=exif, compression="tiff_lzw")
    else:
        options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}.get(kind, {})
        source = encode(stored, kind, exif=exif, **options)
    np.testing.assert_allclose(read_image(source).astype(int), photo, atol=40 if kind == "JPEG" else 0)


def test_sixteen_bit_pictures_are_turned_too(encode):
    exif = Image.Exif()
    exif[274] = 3
    assert read_image(encode(np.array([[0, 65535]], np.uint16), "PNG", exif=exif))[0, :, 0].tolist() == [
        255,
        0,
    ]


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01\x02"]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_does_not_cost_the_picture(photo, encode, kind, exif):
    assert read_image(encode(photo, kind, exif=exif)).shape == (40, 56, 3)


def test_a_colour_profile_is_ignored(photo, encode):
    np.testing.assert_array_equal(read_image(encode(photo, "PNG", icc_profile=b"not a profile")), photo)


def test_a_broken_table_of_further_pictures_does_not_cost_the_first(photo, encode):
    data = bytearray(encode(photo, "MPO", save_all=True, append_images=[Image.fromarray(photo)]))
    table = data.index(b"MPF\0")
    data[table + 4 : table + 20] = bytes(16)
    assert read_image(bytes(data)).shape == (40, 56, 3)


def test_a_planar_tiff_with_tiles(photo, encode):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[322] = tags[323] = 16
    np.testing.assert_array_equal(
        read_image(encode(photo, "TIFF", tiffinfo=tags, compression="tiff_lzw")), photo
    )
