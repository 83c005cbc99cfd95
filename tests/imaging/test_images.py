from __future__ import annotations

import io
import os
import socket
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lamplit.core.errors import (
    CorruptImageError,
    EmptyImageError,
    ImageTooLargeError,
    InvalidArgumentError,
    MisnamedImageError,
    NotAnImageError,
    NotFiniteImageError,
    TruncatedImageError,
    UnreadableImageError,
)
from lamplit.imaging import sources
from lamplit.imaging.images import read_image, source_name


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


@pytest.fixture
def png_path(tmp_path, photo, encode):
    path = tmp_path / "photo.png"
    path.write_bytes(encode(photo, "PNG"))
    return path


@pytest.mark.parametrize(
    "source_of",
    [
        str,
        lambda path: path,
        lambda path: path.read_bytes(),
        lambda path: bytearray(path.read_bytes()),
        lambda path: memoryview(path.read_bytes()),
        lambda path: io.BytesIO(path.read_bytes()),
        lambda path: Image.open(io.BytesIO(path.read_bytes())),
        lambda path: np.array(Image.open(io.BytesIO(path.read_bytes()))),
    ],
    ids=["str", "Path", "bytes", "bytearray", "memoryview", "file", "pillow", "array"],
)
def test_every_kind_of_source_gives_the_same_pixels(png_path, photo, source_of):
    pixels = read_image(source_of(png_path))
    np.testing.assert_array_equal(pixels, photo)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous


def test_an_open_file_is_read_and_left_open(png_path, photo):
    with png_path.open("rb") as file:
        np.testing.assert_array_equal(read_image(file), photo)
        assert not file.closed


def test_a_link_to_a_file_is_read(tmp_path, png_path, photo):
    link = tmp_path / "link.png"
    link.symlink_to(png_path)
    np.testing.assert_array_equal(read_image(link), photo)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("photos/a.jpg", "photos/a.jpg"),
        (Path("photos/a.jpg"), "photos/a.jpg"),
        ("", "''"),
        (bytes(1234), "<bytes, 1,234 bytes>"),
        (bytearray(2), "<bytearray, 2 bytes>"),
        (np.zeros((48, 48), np.uint8), "<array (48, 48) uint8>"),
        (Image.new("L", (64, 48)), "<image 64 x 48 L>"),
        (io.BytesIO(), "<file object>"),
        (3, "<int>"),
    ],
)
def test_source_name(source, name):
    assert source_name(source) == name


def test_source_name_of_opened_files(png_path):
    with png_path.open("rb") as file, Image.open(png_path) as image:
        assert source_name(file) == source_name(image) == str(png_path)


def test_missing_file(tmp_path):
    with pytest.raises(UnreadableImageError, match=r"gone\.jpg: needs a file that exists, got no such file"):
        read_image(tmp_path / "gone.jpg")


def test_an_address_is_not_fetched():
    with pytest.raises(UnreadableImageError, match="save the picture to a file first"):
        read_image("https://example.org/face.jpg")


def test_folder(tmp_path):
    with pytest.raises(UnreadableImageError, match="needs a file, got a folder"):
        read_image(tmp_path)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadableImageError, match="got a pipe"):
        read_image(tmp_path / "pipe.jpg")


def test_device_and_socket(tmp_path, monkeypatch):
    with pytest.raises(UnreadableImageError, match="got a device"):
        read_image("/dev/zero")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.jpg")
        with pytest.raises(UnreadableImageError, match="got a socket"):
            read_image("s.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(png_path):
    png_path.chmod(0)
    with pytest.raises(UnreadableImageError, match="Permission denied"):
        read_image(png_path)


@pytest.mark.parametrize("path", ["a\0b.jpg", "x" * 5000 + ".jpg", "loop.jpg", "file.png/inside.png"])
def test_impossible_paths(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    Path("loop.jpg").symlink_to("loop.jpg")
    Path("file.png").write_bytes(b"x")
    with pytest.raises(UnreadableImageError):
        read_image(path)


def test_closed_and_text_files(png_path):
    with png_path.open("rb") as file:
        pass
    with pytest.raises(UnreadableImageError, match="closed file"):
        read_image(file)
    with png_path.open() as file, pytest.raises(InvalidArgumentError, match='mode "rb"'):
        read_image(file)
    with pytest.raises(InvalidArgumentError, match="gives str"):
        read_image(io.StringIO("words"))


def test_files_have_a_greatest_size(png_path, monkeypatch):
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 100)
    with pytest.raises(ImageTooLargeError, match="at most 100 bytes"):
        read_image(png_path)
    with pytest.raises(ImageTooLargeError, match="at most 100 bytes"):
        read_image(io.BytesIO(png_path.read_bytes()))
    assert read_image(png_path.read_bytes()).shape == (40, 56, 3)  # already in memory: nothing to save


@pytest.mark.parametrize("source", [None, 3, ["a.jpg"], {"path": "a.jpg"}])
def test_other_objects(source):
    with pytest.raises(InvalidArgumentError, match="image: needs a path, bytes, a binary file"):
        read_image(source)


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, None])
def test_max_pixels_must_be_positive(limit):
    with pytest.raises(InvalidArgumentError, match="max_pixels: needs an integer of at least 1"):
        read_image(np.zeros((2, 2), np.uint8), max_pixels=limit)


def test_no_bytes(tmp_path):
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(EmptyImageError, match=r"empty\.jpg: needs a picture, got 0 bytes"):
        read_image(tmp_path / "empty.jpg")
    with pytest.raises(EmptyImageError):
        read_image(b"")


@pytest.mark.parametrize("image", [np.zeros((0, 5), np.uint8), np.zeros((5, 0, 3)), Image.new("RGB", (0, 5))])
def test_no_pixels(image):
    with pytest.raises(EmptyImageError, match="at least one pixel"):
        read_image(image)


@pytest.mark.parametrize(
    ("content", "came"),
    [
        (b"Dear diary, today ...", r"bytes that begin with b'Dear diary,"),
        (b"BMW cars and other plain text", r"begin with b'BMW"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\0\0\0\x18ftypheic....", r"a HEIC picture \(export it as JPEG or PNG first\)"),
        (b"\0\0\0\x18ftypavif....", "an AVIF picture"),
        (b"\0\0\0\x18ftypisom....", "a video"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'<?xml version="1.0"?>\n<svg width="1">', "an SVG drawing"),
        (b"\x93NUMPY...", "begin with"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "begin with b'%!PS"),
        (b"Pf\n1 1\n-1.0\n\0\0\0\0", "begin with"),
    ],
)
def test_not_an_image(tmp_path, content, came):
    path = tmp_path / "face.jpg"
    path.write_bytes(content)
    with pytest.raises(NotAnImageError, match=rf"face\.jpg: needs a JPEG, PNG, .* picture, got .*{came}"):
        read_image(path)


@pytest.mark.parametrize(
    ("name", "kind", "right"),
    [
        ("face.jpg", "PNG", "face.png"),
        ("FACE.PNG", "JPEG", "FACE.jpg"),
        ("face.gif", "WEBP", "face.webp"),
        ("face.pgm", "TIFF", "face.tif"),
    ],
)
def test_misnamed(tmp_path, photo, encode, name, kind, right):
    (tmp_path / name).write_bytes(encode(photo, kind))
    with pytest.raises(MisnamedImageError, match=rf"as the name says, got a .* \(rename it to {right}\)"):
        read_image(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[(f"a{suffix}", "JPEG") for suffix in (".jpg", ".JPEG", ".jpe", ".jfif")],
        ("a.jpg", "MPO"),
        ("a.tif", "TIFF"),
        ("a.tiff", "TIFF"),
        *[(f"a{suffix}", "PPM") for suffix in (".pgm", ".ppm", ".pnm", ".pbm")],
        ("subject01.happy", "GIF"),
        ("face", "BMP"),
    ],
)
def test_names_that_fit_or_promise_nothing(tmp_path, photo, encode, name, kind):
    (tmp_path / name).write_bytes(encode(photo, kind))
    assert read_image(tmp_path / name).shape == (40, 56, 3)


def test_pixel_limit_comes_before_decoding():
    bomb = png_header(100_000, 100_000) + png_chunk(b"IDAT", b"")
    with pytest.raises(ImageTooLargeError, match=r"at most 64,000,000 pixels, got 100,000 x 100,000"):
        read_image(bomb)


def test_a_webp_canvas_is_checked_before_its_decoder_makes_it():
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16382).to_bytes(3, "little") * 2
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    with pytest.raises(ImageTooLargeError, match="16,383 x 16,383"):
        read_image(data)


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0"}])
def test_webp_headers_give_the_size(photo, encode, options):
    with pytest.raises(ImageTooLargeError, match="got 56 x 40"):
        read_image(encode(photo, "WEBP", **options), max_pixels=56 * 40 - 1)


def test_a_gif_frame_may_not_outgrow_its_screen(photo, encode):
    data = bytearray(encode(photo, "GIF"))
    frame = data.index(b",", 13 + 3 * 256)
    data[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(ImageTooLargeError):
        read_image(bytes(data))


@pytest.mark.parametrize("form", ["PNG", "pillow", "array"])
def test_the_limit_is_inclusive_and_holds_for_all_sources(photo, encode, form):
    forms = {"PNG": encode(photo, "PNG"), "pillow": Image.fromarray(photo), "array": photo}
    source = forms[form]
    assert read_image(source, max_pixels=40 * 56).shape == (40, 56, 3)
    with pytest.raises(ImageTooLargeError, match="at most 2,239 pixels, got 56 x 40"):
        read_image(source, max_pixels=40 * 56 - 1)


def test_pillows_own_limit_neither_warns_nor_changes(monkeypatch, photo, encode):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1500)  # 2,240 pixels: Image.open would warn
    assert read_image(encode(photo, "PNG")).shape == (40, 56, 3)
    assert read_image(encode(photo, "WEBP")).shape == (40, 56, 3)
    assert Image.MAX_IMAGE_PIXELS == 1500


def test_a_text_bomb_in_a_png_is_refused():
    text = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(4_000_000)))
    with pytest.raises(CorruptImageError, match="cannot be decoded: Decompressed data too large"):
        read_image(
            png_header(1, 1) + text + png_chunk(b"IDAT", zlib.compress(bytes(4))) + png_chunk(b"IEND", b"")
        )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_cut_files_never_give_half_a_picture(photo, encode, kind, share):
    data = encode(photo, kind)
    with pytest.raises(TruncatedImageError, match=r"<bytes, [\d,]+ bytes>: needs a whole picture"):
        read_image(data[: int(share * len(data))])


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_cut_compressed_tiff(photo, encode, compression):
    data = encode(photo, "TIFF", compression=compression)
    with pytest.raises(TruncatedImageError):
        read_image(data[:-40])


def test_a_group_4_tiff_that_ends_early_is_not_filled_up(photo, encode):
    data = encode(Image.fromarray(photo[..., 0]).convert("1"), "TIFF", compression="group4")
    with pytest.raises(TruncatedImageError):
        read_image(data[:-20])


def test_cut_progressive_jpeg_and_png_without_its_end(photo, encode):
    data = encode(photo, "JPEG", progressive=True)
    with pytest.raises(TruncatedImageError):
        read_image(data[:-2])
    with pytest.raises(TruncatedImageError):
        read_image(encode(photo, "PNG")[:-12])


def test_corrupt_content(photo, encode):
    data = bytearray(encode(photo, "PNG"))
    data[data.index(b"IDAT") + 30] ^= 0xFF
    with pytest.raises(CorruptImageError, match="needs a sound picture"):
        read_image(bytes(data))


def test_closed_pillow_image(png_path):
    image = Image.open(png_path)
    image.close()
    with pytest.raises(CorruptImageError):
        read_image(image)


def test_cut_pillow_image(photo, encode):
    data = encode(photo, "PNG")
    with Image.open(io.BytesIO(data[: len(data) // 2])) as image, pytest.raises(TruncatedImageError):
        read_image(image)


def test_the_first_error_stays_attached(photo, encode):
    with pytest.raises(TruncatedImageError) as caught:
        read_image(encode(photo, "JPEG")[:-100])
    assert isinstance(caught.value.__cause__, OSError)


def test_nan_in_float_tiff(encode):
    values = np.full((4, 5), 0.5, np.float32)
    values[1, 2] = np.nan
    with pytest.raises(NotFiniteImageError, match="NaN or infinity in 1 of 20"):
        read_image(encode(values, "TIFF"))
    with pytest.raises(NotFiniteImageError, match="<image 5 x 4 F>: needs finite pixels"):
        read_image(Image.fromarray(values))
