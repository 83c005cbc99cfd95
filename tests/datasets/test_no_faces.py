"""Pictures without faces: parts by the hash of the name, and those that do show one left out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.datasets import no_faces
from lamplit.datasets.no_faces import PARTS, dropped_pictures, part_of, read_no_faces

PICTURE = b"P5 2 1 255 \x07\x09"


def names_of(part: str, n: int) -> list[str]:
    every = (f"{number}.pgm" for number in range(10_000))
    return [name for name in every if part_of(name) == part][:n]


def test_the_hash_of_the_name_decides() -> None:
    name = "UMD_001.jpg"
    place = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 20
    assert part_of(name) == ("held-out" if place < 4 else "tuning" if place == 4 else "training")
    shares = [sum(part_of(f"{n}.jpg") == part for n in range(4000)) / 4000 for part in PARTS]
    assert shares == pytest.approx([0.75, 0.05, 0.2], abs=0.02)


@pytest.mark.parametrize("part", PARTS)
def test_reads_the_pictures_of_a_part_by_name(part: str, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for other in PARTS:
        for name in names_of(other, 3):
            (tmp_path / "inner" / name).write_bytes(PICTURE)
    told: list[tuple[int, int]] = []
    found = read_no_faces(tmp_path, part, on_picture=lambda *of: told.append(of))
    assert (found.part, len(found)) == (part, 3)
    assert found.names == tuple(sorted(names_of(part, 3)))
    assert found.images[0].tolist() == [[7, 9]]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_pictures_with_a_face_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = names_of("training", 2)
    for name in (first, second):
        (tmp_path / name).write_bytes(PICTURE)
    monkeypatch.setattr(no_faces, "dropped_pictures", lambda: {first: "a face"})
    assert read_no_faces(tmp_path, "training").names == (second,)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"part: needs one of .*, got 'test'"):
        read_no_faces(tmp_path, "test")
    with pytest.raises(DatasetError, match=r"needs pictures of the tuning part, got none \(give the folder"):
        read_no_faces(tmp_path, "tuning")


def test_the_real_parts(data_dir: Path) -> None:
    import zipfile

    with zipfile.ZipFile(data_dir / "no-faces.zip") as archive:
        names = {name.rsplit("/", 1)[-1] for name in archive.namelist()}
    assert set(dropped_pictures()) <= names
    assert len(dropped_pictures()) >= 10
    kept = [name for name in names if name not in dropped_pictures()]
    held_out = sum(part_of(name) == "held-out" for name in kept)
    assert 550 <= held_out <= 650
