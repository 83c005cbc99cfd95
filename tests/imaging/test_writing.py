from __future__ import annotations

import os

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.imaging.images import read_image, write_image


@pytest.mark.parametrize("name", ["a.png", "A.PNG"])
@pytest.mark.parametrize("grey", [False, True])
def test_png_keeps_every_pixel(tmp_path, photo, name, grey):
    image = photo[..., 0] if grey else photo
    write_image(tmp_path / name, image)
    read = read_image(tmp_path / name)
    np.testing.assert_array_equal(read[..., 0] if grey else read, image)


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.webp"])
def test_lossy_formats_follow_the_quality(tmp_path, photo, name):
    write_image(tmp_path / name, photo, quality=10)
    low = (tmp_path / name).stat().st_size
    write_image(str(tmp_path / name), photo, quality=95)
    assert (tmp_path / name).stat().st_size > low
    error = read_image(tmp_path / name).astype(int) - photo
    assert np.abs(error).mean() < 8


def test_folders_are_made_and_nothing_else_is_left(tmp_path, photo):
    write_image(tmp_path / "a" / "b" / "c.png", photo)
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c.png"]


def test_a_new_file_has_the_usual_permissions(tmp_path, photo):
    write_image(tmp_path / "a.png", photo)
    (tmp_path / "plain").touch()
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path, photo):
    (tmp_path / "real.png").touch()
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    write_image(tmp_path / "link.png", photo)
    assert (tmp_path / "link.png").is_symlink()
    np.testing.assert_array_equal(read_image(tmp_path / "real.png"), photo)


def test_a_view_is_written_as_it_looks(tmp_path, photo):
    write_image(tmp_path / "a.png", photo[::-2, ::3])
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), photo[::-2, ::3])


@pytest.mark.parametrize("name", ["a.gif", "a.tiff", "a", "a.png.bak"])
def test_other_suffixes(tmp_path, photo, name):
    with pytest.raises(OutputError, match=rf"{name}: needs a name that ends in one of \.png, .*\.jpg"):
        write_image(tmp_path / name, photo)
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(tmp_path, photo):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"folder\.png: needs a file, got a folder"):
        write_image(tmp_path / "folder.png", photo)
    with pytest.raises(OutputError, match=r"a\.png: needs a file that can be written, got "):
        write_image(tmp_path / "file" / "a.png", photo)
    with pytest.raises(OutputError, match="File name too long"):
        write_image(tmp_path / f"{'x' * 300}.png", photo)


def test_a_device_is_not_replaced(tmp_path, photo):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(OutputError, match="needs a file, got a device"):
        write_image(tmp_path / "pipe.png", photo)
    assert (tmp_path / "pipe.png").is_fifo()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path, photo):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        write_image(tmp_path / "a.png", photo)


def test_a_format_may_be_too_small_for_the_picture(tmp_path):
    with pytest.raises(OutputError, match="a picture that WebP can hold"):
        write_image(tmp_path / "wide.webp", np.zeros((1, 20_000), np.uint8))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("quality", [0, 101, 92.0, True])
def test_quality(tmp_path, photo, quality):
    with pytest.raises(InvalidArgumentError, match="quality: needs an integer from 1 to 100"):
        write_image(tmp_path / "a.jpg", photo, quality=quality)


@pytest.mark.parametrize(
    "image", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros((0, 2), np.uint8), "a"]
)
def test_only_bytes_are_written(tmp_path, image):
    with pytest.raises(InvalidArgumentError, match=r"image: needs uint8 of shape \(H, W\) or \(H, W, 3\)"):
        write_image(tmp_path / "a.png", image)
