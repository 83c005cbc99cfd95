"""The reader of Yale Faces on made-up files in its layout, and on the real ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from layouts import BROKEN, Files, in_folder, in_zip, picture, values

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import LABEL_SETS, YALE_SIX
from lamplit.datasets import leave_one_person_out, read_yale_faces

STATES = [*YALE_SIX, "glasses", "noglasses", "centerlight", "leftlight", "rightlight"]


def official() -> Files:
    files = {
        f"yalefaces/subject{person:02}.{state}": picture(20 * person + i, "gif")
        for person in (1, 2)
        for i, state in enumerate(STATES)
    }
    return {**files, "yalefaces/Readme.txt": b"The Yale Face Database"}


def test_the_six_states_are_read_and_lights_and_glasses_are_not(tmp_path: Path) -> None:
    faces = read_yale_faces(in_folder(official(), tmp_path))
    assert faces.labels is LABEL_SETS["yale-six"]
    assert faces.names[:2] == ("yalefaces/subject01.happy", "yalefaces/subject01.normal")
    assert values(faces.images) == [20, 21, 22, 23, 24, 25, 40, 41, 42, 43, 44, 45]
    assert faces.classes.tolist() == [0, 1, 2, 3, 4, 5] * 2
    assert faces.people == ("subject01",) * 6 + ("subject02",) * 6
    assert faces.refused == ()


def test_a_zip_and_a_folder_with_the_zip_give_the_same(tmp_path: Path) -> None:
    zipped = in_zip(official(), tmp_path / "yalefaces.zip")
    assert read_yale_faces(zipped).names == read_yale_faces(tmp_path).names


def test_a_second_suffix_does_not_matter_and_doubles_are_left_out(tmp_path: Path) -> None:
    files = official()
    files["yalefaces/subject01.happy.gif"] = files["yalefaces/subject01.happy"]
    files["yalefaces/subject02.sad.png"] = picture(99)
    del files["yalefaces/subject02.sad"]
    files["yalefaces/subject01.gif"] = picture(98)
    files["yalefaces/subject01.glasses.gif"] = picture(97)
    faces = read_yale_faces(in_folder(files, tmp_path))
    assert len(faces) == 12
    assert 99 in values(faces.images)
    assert [str(entry) for entry in faces.refused] == [
        "yalefaces/subject01.happy.gif: is there already as yalefaces/subject01.happy"
    ]


def test_a_normal_face_under_another_name_is_left_out(tmp_path: Path) -> None:
    files = official()
    files["yalefaces/subject02.sad"] = files["yalefaces/subject02.normal"]
    faces = read_yale_faces(in_folder(files, tmp_path))
    assert len(faces) == 11
    assert [entry.name for entry in faces.refused] == ["yalefaces/subject02.sad"]
    assert "the same file as the normal face" in faces.refused[0].reason


def test_a_place_without_such_files_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"files named like subject01\.happy, got none .*yalefaces\.zip"):
        read_yale_faces(in_folder({"a.gif": picture(1, "gif")}, tmp_path))


def test_a_damaged_picture_is_refused_or_left_out(tmp_path: Path) -> None:
    place = in_folder({**official(), "yalefaces/subject01.wink": BROKEN}, tmp_path)
    with pytest.raises(DatasetError, match=r"got 1 that cannot: yalefaces/subject01\.wink: needs a JPEG"):
        read_yale_faces(place)
    assert len(read_yale_faces(place, strict=False)) == 11


def test_there_are_no_splits(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="this data set has no splits, got 'test'"):
        read_yale_faces(tmp_path, "test")


def test_the_real_set_has_fifteen_people_and_one_false_sad_face(data_dir: Path) -> None:
    if not (data_dir / "yalefaces.zip").is_file():
        pytest.skip(f"no yalefaces.zip in {data_dir}")
    told: list[tuple[int, int]] = []
    faces = read_yale_faces(data_dir, on_picture=lambda *step: told.append(step))

    assert (len(faces), len(set(faces.people)), told[-1]) == (89, 15, (89, 89))
    assert {image.shape for image in faces.images} == {(243, 320)}
    counts = Counter(faces.labels[label] for label in faces.classes)
    assert counts == {state: 14 if state == "sad" else 15 for state in YALE_SIX}
    assert [entry.name for entry in faces.refused] == ["yalefaces/subject04.sad"]
    folds = list(leave_one_person_out(faces.people))
    assert [len(test) for _, test in folds] == [6, 6, 6, 5, *[6] * 11]
    assert len({image.tobytes() for image in faces.images}) == 89
