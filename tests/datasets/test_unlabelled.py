"""Faces that nobody labelled."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import DatasetError
from lamplit.datasets.no_faces import PARTS, part_of
from lamplit.datasets.unlabelled import read_pictures, read_unlabelled


def pgm(level: int, side: int = 8) -> bytes:
    return f"P5 {side} {side} 255 ".encode() + bytes([level]) * side * side


def test_pictures_come_in_the_order_of_their_names_and_at_one_size(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, level, side in (("b.pgm", 20, 8), ("a.pgm", 10, 16), ("sub/c.PGM", 30, 4)):
        (tmp_path / name).write_bytes(pgm(level, side))
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "._a.pgm").write_bytes(b"left by a system")

    faces = read_unlabelled(tmp_path, size=4)

    assert faces.shape == (3, 4, 4)
    assert faces.dtype == np.uint8
    assert faces[:, 0, 0].tolist() == [10, 20, 30]


def test_a_zip_is_read_as_a_folder_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as archive:
        archive.writestr("faces/a.pgm", pgm(10))
    told: list[tuple[int, int]] = []

    faces = read_unlabelled(tmp_path / "faces.zip", size=8, on_picture=lambda *counts: told.append(counts))

    assert (faces == 10).all()
    assert told == [(1, 1)]


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pgm").write_bytes(pgm(10))
    (tmp_path / "b.png").write_bytes(b"nothing of the kind")
    with pytest.raises(DatasetError, match=r"b\.png"):
        read_unlabelled(tmp_path, size=8)


def test_a_place_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(DatasetError, match="pictures, got no file with the suffix of one"):
        read_unlabelled(tmp_path, size=8)
    with pytest.raises(DatasetError, match="a folder or a zip"):
        read_unlabelled(tmp_path / "absent.zip", size=8)


def test_the_real_ones_are_framed_as_ferplus(data_dir: Path) -> None:
    if not (data_dir / "faces-unlabelled.zip").is_file():
        pytest.skip("no faces-unlabelled.zip among the data")
    faces = read_unlabelled(data_dir / "faces-unlabelled.zip", size=8)
    assert faces.shape == (4600, 8, 8)
    assert (faces.std(axis=(1, 2)) > 0).mean() > 0.99


def test_pictures_keep_their_sizes_and_fall_into_parts_by_name(tmp_path: Path) -> None:
    names = [f"face{n:02}.pgm" for n in range(40)]
    for n, name in enumerate(names):
        (tmp_path / name).write_bytes(pgm(n, side=4 + n % 3))
    whole = read_pictures(tmp_path)
    assert whole.names == tuple(names)
    assert [image.shape[0] for image in whole.images[:4]] == [4, 5, 6, 4]
    parts = {part: read_pictures(tmp_path, part=part) for part in PARTS}
    assert sum(len(part) for part in parts.values()) == 40
    assert all(part_of(name) == part for part in PARTS for name in parts[part].names)


def test_a_part_without_pictures_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pgm").write_bytes(pgm(1))
    other = next(part for part in PARTS if part != part_of("a.pgm"))
    with pytest.raises(DatasetError, match=f"needs pictures of the {other} part"):
        read_pictures(tmp_path, part=other)
