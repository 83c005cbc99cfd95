"""Many inputs: one result each, in order, whatever any of them does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lamplit.analysis import Analyzer, analyze_inputs
from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import OutputError
from lamplit.core.values import Box, Detection, InputResult
from lamplit.imaging.images import read_image, write_image


class Moody:
    """A detector that breaks on some pictures."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def detect(self, image: AnyArray) -> list[Detection]:
        if image.shape[0] == 13:
            raise self.error
        return []


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(threads=1)


@pytest.fixture(scope="module")
def photo(repository: Path) -> Path:
    return repository / "examples" / "eileen-collins.jpg"


def test_good_and_bad_files_each_get_a_result(analyzer: Analyzer, photo: Path, tmp_path: Path) -> None:
    content = photo.read_bytes()
    files = {
        "cut.jpg": content[:9000],
        "empty.jpg": b"",
        "text.jpg": b"not a picture\n",
        "misnamed.png": content,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    write_image(tmp_path / "wall.png", np.full((80, 80, 3), 200, np.uint8))
    (tmp_path / "folder.jpg").mkdir()
    names = [*files, "wall.png", "folder.jpg", "missing.jpg"]
    paths = [str(photo), *(tmp_path / name for name in names), str(photo)]
    results = list(analyze_inputs(paths, analyzer))
    assert [r.source for r in results] == [str(path) for path in paths]
    assert [r.status for r in results] == [
        "ok", "truncated", "empty", "not an image", "misnamed", "no face", "unreadable", "unreadable", "ok",
    ]  # fmt: skip
    assert [r.failed for r in results] == [False, True, True, True, True, False, True, True, False]
    assert all(bool(r.message) == r.failed for r in results)
    assert results[0].frame == results[-1].frame
    assert results[0].frame is not None
    assert results[0].frame[0].expression == "happiness"


def test_the_message_says_what_is_wrong_without_the_name(analyzer: Analyzer, tmp_path: Path) -> None:
    (result,) = analyze_inputs([tmp_path / "gone.jpg"], analyzer)
    assert result.message == "needs a file that exists, got no such file"
    (result,) = analyze_inputs(["https://example.org/a.jpg"], analyzer)
    assert result.message.endswith("got no such file (save the picture to a file first)")


@pytest.mark.parametrize("error", [RuntimeError("out of luck"), MemoryError("out of memory"), KeyError("x")])
def test_whatever_a_detector_raises_costs_one_picture(error: Exception, tmp_path: Path) -> None:
    for number, height in enumerate((20, 13, 20)):
        write_image(tmp_path / f"{number}.png", np.full((height, 20, 3), 9, np.uint8))
    moody = Analyzer(detector=Moody(error), threads=1)
    results = list(analyze_inputs(sorted(tmp_path.iterdir()), moody))
    assert [r.status for r in results] == ["no face", "failed", "no face"]
    assert results[1].message == f"{type(error).__name__}: {error}"


def test_a_box_outside_the_picture_costs_one_picture(photo: Path) -> None:
    class Astray:
        def detect(self, image: AnyArray) -> list[Detection]:
            return [Detection(box=Box(900, 900, 950, 950), score=1.0)]

    (result,) = analyze_inputs([photo], Analyzer(detector=Astray(), threads=1))
    assert result.status == "failed"
    assert result.message.startswith("needs a box that touches the picture of 512 x 512, got")


def test_on_picture_gets_the_pixels_of_what_could_be_read(
    analyzer: Analyzer, photo: Path, tmp_path: Path
) -> None:
    wall = tmp_path / "wall.png"
    write_image(wall, np.full((30, 40, 3), 200, np.uint8))
    seen: list[tuple[ByteArray, InputResult]] = []
    results = list(
        analyze_inputs(
            [photo, tmp_path / "gone.jpg", wall],
            analyzer,
            on_picture=lambda pixels, result: seen.append((pixels, result)),
        )
    )
    assert [result for _, result in seen] == [results[0], results[2]]
    np.testing.assert_array_equal(seen[0][0], read_image(photo))
    assert seen[1][0].shape == (30, 40, 3)


def test_what_on_picture_raises_stops_the_run(analyzer: Analyzer, photo: Path) -> None:
    def full(pixels: ByteArray, result: InputResult) -> None:
        raise OutputError("copies", "room", "a full disk")

    with pytest.raises(OutputError, match="a full disk"):
        list(analyze_inputs([photo], analyzer, on_picture=full))


def test_an_interrupt_is_nobodys_failure(tmp_path: Path) -> None:
    class Interrupted:
        def detect(self, image: AnyArray) -> list[Detection]:
            raise KeyboardInterrupt

    write_image(tmp_path / "wall.png", np.full((30, 40, 3), 200, np.uint8))
    with pytest.raises(KeyboardInterrupt):
        list(analyze_inputs([tmp_path / "wall.png"], Analyzer(detector=Interrupted(), threads=1)))


def test_pictures_are_taken_one_at_a_time(analyzer: Analyzer, tmp_path: Path) -> None:
    taken = []

    def paths() -> Iterator[Path]:
        for number in range(3):
            taken.append(number)
            yield tmp_path / f"{number}.jpg"

    results = analyze_inputs(paths(), analyzer)
    assert taken == []
    next(results)
    assert taken == [0]


def test_no_paths_give_no_results(analyzer: Analyzer) -> None:
    assert list(analyze_inputs([], analyzer)) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_hang_the_run(analyzer: Analyzer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (result,) = analyze_inputs([tmp_path / "pipe.jpg"], analyzer)
    assert (result.status, result.message) == ("unreadable", "needs a file, got a pipe")
