"""Real pictures from the two Yale collections."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from lamplit.imaging.images import read_image


@pytest.fixture
def archive(data_dir):
    def opened(name: str) -> zipfile.ZipFile:
        if not (data_dir / name).is_file():
            pytest.skip(f"no {name} in {data_dir}")
        return zipfile.ZipFile(data_dir / name)

    return opened


def test_yale_faces_are_gifs_without_a_suffix(archive, tmp_path):
    with archive("yalefaces.zip") as zipped:
        path = zipped.extract("yalefaces/subject01.happy", tmp_path)
    pixels = read_image(path)
    assert pixels.shape == (243, 320, 3)
    np.testing.assert_array_equal(pixels[..., 0], pixels[..., 2])
    assert pixels.std() > 20


def test_extended_yale_b_keeps_its_bytes(archive, tmp_path):
    with archive("CroppedYale.zip") as zipped:
        path = zipped.extract("CroppedYale/yaleB01/yaleB01_P00A+000E+00.pgm", tmp_path)
        data = zipped.read("CroppedYale/yaleB01/yaleB01_P00A+000E+00.pgm")
    expected = np.frombuffer(data[-192 * 168 :], np.uint8).reshape(192, 168)
    for channel in range(3):
        np.testing.assert_array_equal(read_image(path)[..., channel], expected)
