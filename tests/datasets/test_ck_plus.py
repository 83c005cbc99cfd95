"""The reader of CK+ on small sequences in its layout."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import BROKEN, Files, in_folder, in_zip, picture, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import read_ck_plus


def sequence(person: int, number: int, frames: int, label: str | None) -> Files:
    """A sequence whose frames have the greys 10 * person + 1, 2, ..."""
    name = f"S{person:03}_{number:03}"
    folder = name.replace("_", "/")
    files = {
        f"cohn-kanade-images/{folder}/{name}_{i:08}.png": picture(10 * person + i)
        for i in range(1, frames + 1)
    }
    if label is not None:
        files[f"Emotion/{folder}/{name}_{frames:08}_emotion.txt"] = label.encode()
    return files


def official() -> Files:
    return {
        **sequence(5, 1, 6, "   3.0000000e+00\n"),
        **sequence(5, 2, 4, None),
        **sequence(10, 1, 5, "   7.0000000e+00\n"),
        "cohn-kanade-images/S005/001/.DS_Store": b"",
        "FACS/S005/001/S005_001_00000006_facs.txt": b"1 2",
    }


def test_the_last_frames_have_the_label_and_the_first_is_neutral(tmp_path: Path) -> None:
    faces = read_ck_plus(in_folder(official(), tmp_path))
    assert faces.labels is EXPRESSIONS
    assert values(faces.images) == [51, 54, 55, 56, 101, 103, 104, 105]
    assert [faces.labels[label] for label in faces.classes] == [
        *("neutral", "disgust", "disgust", "disgust"),
        *("neutral", "surprise", "surprise", "surprise"),
    ]
    assert faces.people == ("S005",) * 4 + ("S010",) * 4
    assert faces.names[0] == "cohn-kanade-images/S005/001/S005_001_00000001.png"
    assert faces.refused == ()


def test_the_number_of_peaks_is_a_choice(tmp_path: Path) -> None:
    place = in_zip({f"CK+/{name}": content for name, content in official().items()}, tmp_path / "ck.zip")
    assert values(read_ck_plus(place, peaks=1).images) == [51, 56, 101, 105]


@pytest.mark.parametrize("code", range(8))
def test_the_official_numbers_become_lamplits_labels(code: int, tmp_path: Path) -> None:
    names = ["neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"]
    faces = read_ck_plus(in_folder(sequence(1, 1, 4, f"   {code}.0000000e+00"), tmp_path))
    assert [faces.labels[label] for label in faces.classes] == ["neutral", *[names[code]] * 3]


def test_frames_behind_the_named_one_do_not_count(tmp_path: Path) -> None:
    files = sequence(5, 1, 6, "3.0")
    files["cohn-kanade-images/S005/001/S005_001_00000007.png"] = picture(99)
    assert values(read_ck_plus(in_folder(files, tmp_path)).images) == [51, 54, 55, 56]


def test_archives_that_were_unpacked_twice_give_no_copies(tmp_path: Path) -> None:
    again = {f"copy/{name}": content for name, content in sequence(5, 1, 6, "3.0").items()}
    faces = read_ck_plus(in_folder({**official(), **again}, tmp_path))
    assert len(faces) == 8
    assert len(faces.refused) == 7
    assert "_emotion.txt: is there already as Emotion/S005" in str(faces.refused[-1])


@pytest.mark.parametrize("label", ["", "happy", "8.0", "-1", "2.5", "nan", "1 2"])
def test_a_label_that_is_none_is_refused_with_its_file(label: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"S005_001_00000006_emotion\.txt: needs one number from 0 to 7"):
        read_ck_plus(in_folder(sequence(5, 1, 6, label), tmp_path))


def test_a_sequence_that_is_too_short_is_refused(tmp_path: Path) -> None:
    place = in_folder(sequence(5, 1, 3, "3.0"), tmp_path)
    with pytest.raises(DatasetError, match=r"more than 3 frames up to S005_001_00000003\.png, got 3 \(take"):
        read_ck_plus(place)
    assert len(read_ck_plus(place, peaks=2)) == 3


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("Emotion", r"frames named like S005_001_00000001\.png, got none \(unpack"),
        ("cohn-kanade-images", "labels named like S005_001_00000011_emotion.txt, got none"),
    ],
)
def test_one_archive_without_the_other_is_refused(part: str, message: str, tmp_path: Path) -> None:
    files = {name: content for name, content in official().items() if name.startswith(part)}
    with pytest.raises(DatasetError, match=message):
        read_ck_plus(in_folder(files, tmp_path))


def test_a_damaged_frame_is_refused_or_left_out(tmp_path: Path) -> None:
    files = {**official(), "cohn-kanade-images/S005/001/S005_001_00000006.png": BROKEN}
    place = in_folder(files, tmp_path)
    with pytest.raises(DatasetError, match=r"got 1 that cannot: .*S005_001_00000006\.png: needs a JPEG"):
        read_ck_plus(place)
    assert len(read_ck_plus(place, strict=False)) == 7


def test_arguments_are_checked(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="peaks: needs a whole number of at least 1, got 0"):
        read_ck_plus(tmp_path, peaks=0)
    with pytest.raises(InvalidArgumentError, match="this data set has no splits"):
        read_ck_plus(tmp_path, "training")
