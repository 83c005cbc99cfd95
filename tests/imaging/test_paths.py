from __future__ import annotations

import os
from pathlib import Path

import pytest

from lamplit.imaging.paths import find_images


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in (
        "photos/img10.jpg",
        "photos/img2.JPG",
        "photos/img1.png",
        "photos/notes.txt",
        "photos/.hidden.jpg",
        "photos/.cache/thumb.jpg",
        "photos/a/deep/x.webp",
        "photos/b/y.pgm",
        "yale/subject01.happy",
        "yale/subject01.sad",
        "empty/readme.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*given: str | Path) -> list[str]:
    return [path.as_posix() for path in find_images(given)]


PHOTOS = [
    "photos/a/deep/x.webp",
    "photos/b/y.pgm",
    "photos/img1.png",
    "photos/img2.JPG",
    "photos/img10.jpg",
]


@pytest.mark.parametrize("given", ["photos", "photos/", Path("photos"), "photos/**"])
def test_a_folder_gives_its_pictures_in_natural_order(tree, given):
    assert names(given) == PHOTOS


def test_absolute_folders_give_absolute_paths(tree):
    assert find_images([tree / "photos"]) == [tree / name for name in PHOTOS]


def test_files_stay_whatever_they_are(tree):
    given = ["photos/notes.txt", "gone.jpg", "yale/subject01.happy", "photos/.hidden.jpg"]
    assert names(*given) == given


def test_the_order_of_the_arguments_is_kept_and_doubles_are_dropped(tree):
    given = ("photos/img10.jpg", "./photos/img10.jpg", "photos", tree / "photos" / "img2.JPG")
    assert names(*given) == ["photos/img10.jpg", *PHOTOS[:-1]]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("photos/*.jpg", ["photos/img10.jpg"]),
        ("photos/img?.*", ["photos/img1.png", "photos/img2.JPG"]),
        ("photos/img[12].*", ["photos/img1.png", "photos/img2.JPG"]),
        ("**/*.webp", ["photos/a/deep/x.webp"]),
        ("**/img1*", ["photos/img1.png", "photos/img10.jpg"]),
        ("yale/subject*", ["yale/subject01.happy", "yale/subject01.sad"]),
        ("pho*", PHOTOS),
        ("photos/.h*", ["photos/.hidden.jpg"]),
        ("**", [*PHOTOS]),
    ],
)
def test_patterns(tree, pattern, found):
    assert names(pattern) == found


def test_absolute_patterns(tree):
    assert find_images([f"{tree}/photos/*.png"]) == [tree / "photos" / "img1.png"]


@pytest.mark.parametrize("pattern", ["none/*.jpg", "*.tiff", "photos/[", "a**b/*.jpg", "photos/img\0*"])
def test_a_pattern_without_a_match_stays_to_be_reported(tree, pattern):
    assert names(pattern) == [pattern]


def test_a_name_with_brackets_that_exists_is_a_file(tree):
    (tree / "face[1].jpg").touch()
    (tree / "face1.jpg").touch()
    assert names("face[1].jpg") == ["face[1].jpg"]


def test_a_folder_without_pictures_stays_to_be_reported(tree):
    assert names("empty", "photos/b") == ["empty", "photos/b/y.pgm"]


def test_links_that_lead_back_end(tree):
    (tree / "photos" / "a" / "loop").symlink_to(tree / "photos")
    (tree / "photos" / "b" / "again").symlink_to(tree / "photos" / "b")
    assert names("photos") == PHOTOS
    assert names("photos/**/*.webp") == PHOTOS[:1]


def test_links_to_folders_and_files_are_followed(tree):
    (tree / "linked").mkdir()
    (tree / "linked" / "folder").symlink_to(tree / "photos" / "b")
    (tree / "linked" / "z.jpg").symlink_to(tree / "photos" / "img10.jpg")
    (tree / "linked" / "broken.jpg").symlink_to(tree / "nowhere.jpg")
    assert names("linked") == ["linked/broken.jpg", "linked/folder/y.pgm", "linked/z.jpg"]


def test_one_path_need_not_be_in_a_list(tree):
    assert [path.as_posix() for path in find_images("photos/b")] == ["photos/b/y.pgm"]


def test_nothing(tree):
    assert find_images([]) == []


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b"])
def test_impossible_names_stay_to_be_reported(path):
    assert find_images([path]) == [Path(path)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_stays_to_be_reported(tree):
    (tree / "photos").chmod(0)
    try:
        assert names("photos", "yale/*.sad") == ["photos", "yale/subject01.sad"]
    finally:
        (tree / "photos").chmod(0o700)
