"""Streams: numbers that stay with their faces, answers that do not flicker, and frames that are bad."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lamplit.analysis import Analyzer, FaceStream
from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box, Detection, FrameResult, InputResult, LightReading
from lamplit.faces import CascadeFaceDetector
from lamplit.faces.face_model import load_face_model
from lamplit.faces.smoothing import ProbabilityMean
from lamplit.imaging.images import read_image

HEIGHT, WIDTH = 150, 300
HEAD = (110, 200, 120, 330)  # rows and columns of the sample photo around the head
BLACK = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


class Watched:
    """A detector that notes what it is shown."""

    def __init__(self, detector: Any) -> None:
        self.detector = detector
        self.shapes: list[tuple[int, ...]] = []

    def detect(self, image: AnyArray) -> list[Detection]:
        self.shapes.append(image.shape[:2])
        return list(self.detector.detect(image))


class Still:
    """A detector that finds the same faces in every picture of one size, and none in others."""

    def __init__(self, *boxes: Box, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> None:
        self.boxes, self.shape = boxes, shape

    def detect(self, image: AnyArray) -> list[Detection]:
        found = [Detection(box=box, score=9.0 - n) for n, box in enumerate(self.boxes)]
        return found if image.shape[:2] == self.shape else []


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(threads=1)


@pytest.fixture(scope="module")
def head(repository: Path) -> ByteArray:
    """The head of the sample photo; its face is about 97 of 220 pixels wide."""
    return np.ascontiguousarray(read_image(repository / "examples" / "eileen-collins.jpg")[10:230, 115:335])


def scene(*heads: tuple[ByteArray, float, float, float]) -> ByteArray:
    """Put heads of a height in pixels on a wall, their middles at (x, y); later ones hide earlier ones."""
    frame = np.full((HEIGHT, WIDTH, 3), 150, np.uint8)
    for head, x, y, tall in heads:
        scale = tall / head.shape[0]
        place = np.array([[scale, 0, x - tall / 2], [0, scale, y - tall / 2]])
        oval = cv2.ellipse(np.zeros(head.shape[:2], np.uint8), (110, 110), (78, 105), 0, 0, 360, 255, -1)
        drawn = cv2.warpAffine(head, place, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
        mask = cv2.warpAffine(oval, place, (WIDTH, HEIGHT)) > 127
        frame[mask] = drawn[mask]
    return frame


def middles(result: InputResult) -> dict[int | None, float]:
    """Where each track is, from left to right."""
    return {face.track: (face.box.x1 + face.box.x2) / 2 for face in result.faces}


def test_a_face_that_moves_and_grows_keeps_its_number(analyzer: Analyzer, head: ByteArray) -> None:
    frames = [scene((head, 70 + 9 * n, 75, 100 + 2 * n)) for n in range(16)]
    results = list(analyzer.stream(frames, fps=25))
    assert [result.status for result in results] == ["ok"] * 16
    assert [face.track for result in results for face in result.faces] == [None, None] + [1] * 14
    assert [result.source for result in results[:2]] == ["frame 0", "frame 1"]
    assert results[5].time == pytest.approx(0.2)
    last = results[-1].faces[0]
    assert (last.box.x1 + last.box.x2) / 2 == pytest.approx(70 + 9 * 15, abs=8)
    assert last.expression == "happiness"
    assert last.landmarks is not None
    eyes = last.landmarks[36:48].mean(axis=0)
    assert last.box.x1 < eyes[0] < last.box.x2
    assert last.box.y1 < eyes[1] < (last.box.y1 + last.box.y2) / 2 + 5
    assert last.pose is not None


def test_a_number_survives_black_frames(analyzer: Analyzer, head: ByteArray) -> None:
    moving = [scene((head, 80 + 5 * n, 75, 110)) for n in range(20)]
    frames = [*moving[:8], *[BLACK] * 5, *moving[13:16]]
    results = list(analyzer.stream(frames))
    assert [result.status for result in results] == ["ok"] * 8 + ["no face"] * 5 + ["ok"] * 3
    assert {face.track for result in results[8:] for face in result.faces} == {1}


def test_faces_that_cross_keep_their_numbers(analyzer: Analyzer, head: ByteArray) -> None:
    mirrored = np.ascontiguousarray(head[:, ::-1])
    frames = [
        scene((mirrored, 235 - 7 * n, 70, 100), (head, 65 + 7 * n, 80, 100)) for n in range(25)
    ]  # the first is hidden by the second where they meet
    results = list(analyzer.stream(frames))
    begun, ended = middles(results[3]), middles(results[-1])
    assert set(begun) == set(ended) == {1, 2}
    (left,) = [track for track, x in begun.items() if x < 150]
    (right,) = [track for track, x in begun.items() if x > 150]
    assert ended[left] > 150 > ended[right]
    assert any(len(result.faces) == 1 for result in results[8:16])


def test_between_looks_at_the_whole_frame_known_faces_are_looked_for(head: ByteArray) -> None:
    watched = Watched(CascadeFaceDetector())
    analyzer = Analyzer(detector=watched, threads=1)
    frames = [scene((head, 80 + 6 * n, 75, 110)) for n in range(13)]
    results = list(analyzer.stream(frames, detect_every=4))
    whole = [shape == (HEIGHT, WIDTH) for shape in watched.shapes]
    assert sum(whole) == 4  # frames 0, 4, 8 and 12
    assert [len(result.faces) for result in results] == [1] * 13
    assert [result.faces[0].track for result in results[2:]] == [1] * 11
    for n, result in enumerate(results):
        assert middles(result).popitem()[1] == pytest.approx(80 + 6 * n, abs=8)


def test_what_the_detector_does_not_see_between_looks_is_predicted() -> None:
    box = Box(100, 40, 160, 100)
    results = list(Analyzer(detector=Still(box), threads=1).stream([BLACK + 90] * 9, detect_every=4))
    assert [len(result.faces) for result in results] == [1] * 9
    assert [result.faces[0].track for result in results] == [None] * 8 + [1]
    for result in results:
        np.testing.assert_allclose(result.faces[0].box.xyxy, box.xyxy, atol=1e-3)
        assert result.faces[0].score == 9.0


def test_a_face_that_is_looked_for_in_vain_is_not_shown() -> None:
    analyzer = Analyzer(detector=Still(Box(100, 40, 160, 100)), threads=1)
    smaller = np.full((HEIGHT - 1, WIDTH, 3), 90, np.uint8)
    frames = [BLACK + 90] * 4 + [smaller] * 3 + [BLACK + 90] * 2
    results = list(analyzer.stream(frames))
    assert [len(result.faces) for result in results] == [1] * 4 + [0] * 3 + [1] * 2
    assert results[-1].faces[0].track == 1


@pytest.mark.parametrize("bad", [b"no picture", "gone.jpg", None, np.full((9, 9), np.nan)])
def test_a_bad_frame_costs_itself_alone(analyzer: Analyzer, head: ByteArray, bad: Any) -> None:
    good = scene((head, 100, 75, 110))
    results = list(analyzer.stream([good, good, good, bad, good]))
    assert [result.failed for result in results] == [False, False, False, True, False]
    expected = {b"no picture": "not an image", "gone.jpg": "unreadable", None: "failed"}
    assert results[3].status == (expected[bad] if not isinstance(bad, np.ndarray) else "not finite")
    assert results[3].message.startswith("needs ")
    assert results[3].faces == ()
    assert results[3].time == pytest.approx(0.12)
    assert results[4].faces[0].track == 1


def test_whatever_a_detector_raises_costs_one_frame() -> None:
    class Moody(Still):
        def detect(self, image: AnyArray) -> list[Detection]:
            if image[0, 0, 0] == 13:
                raise RuntimeError("out of luck")
            return super().detect(image)

    analyzer = Analyzer(detector=Moody(Box(100, 40, 160, 100)), threads=1)
    results = list(analyzer.stream([BLACK + 90, BLACK + 13, BLACK + 90, BLACK + 90, BLACK + 90]))
    assert [result.status for result in results] == ["ok", "failed", "ok", "ok", "ok"]
    assert results[1].message == "RuntimeError: out of luck"
    assert results[-1].faces[0].track == 1


def test_probabilities_are_the_mean_of_those_of_the_frames(head: ByteArray) -> None:
    analyzer = Analyzer(detector=Still(Box(68, 28, 132, 92)), threads=1)
    frames = [scene((head, 100, 75, 110)), np.full_like(BLACK, 120), scene((head, 104, 78, 120))]
    times = [0.0, 0.1, 0.4]
    mean = ProbabilityMean(half_life=0.2)
    results = list(analyzer.stream(frames, timestamps=times, half_life=0.2))
    for frame, time, result in zip(frames, times, results, strict=True):
        (alone,), (face,) = analyzer.analyze(frame), result.faces
        weight = 1.0 if alone.light.usable else 0.05
        expected = mean.update(np.array(alone.distribution), time=time, weight=weight)
        np.testing.assert_allclose(face.distribution, expected, atol=1e-6)
        assert sum(face.distribution) == pytest.approx(1.0, abs=1e-9)
    assert not results[1].faces[0].light.usable
    assert results[1].faces[0].verdict == "unusable light"


def test_faces_come_surest_first_however_old_they_are() -> None:
    boxes = [Box(20, 40, 80, 100), Box(200, 40, 260, 100)]
    detector = Still(boxes[1])
    stream = FaceStream(Analyzer(detector=detector, threads=1), min_sightings=1)
    stream.update(BLACK + 90, time=0.0)
    detector.boxes = tuple(boxes)
    result = stream.update(BLACK + 90, time=0.04)
    assert [face.box for face in result.faces] == boxes
    assert [face.track for face in result.faces] == [2, 1]


class WithLandmarks(Analyzer):
    """An analyzer whose faces have shaking landmarks."""

    def describe(
        self, pixels: ByteArray, detections: Sequence[Detection], light: LightReading
    ) -> FrameResult:
        frame = super().describe(pixels, detections, light)
        shake = np.random.default_rng(int(pixels[0, 0, 0])).normal(0, 2, (68, 2))
        points = (load_face_model().points[:, :2] * (1, -1) + (130, 60) + shake).astype(np.float32)
        return dataclasses.replace(
            frame, faces=tuple(dataclasses.replace(face, landmarks=points) for face in frame)
        )


def test_landmarks_are_smoothed_and_give_the_pose() -> None:
    analyzer = WithLandmarks(detector=Still(Box(100, 40, 160, 100)), threads=1)
    frames = [BLACK + 60 + n for n in range(30)]
    results = list(analyzer.stream(frames))
    raw = [analyzer.analyze(frame)[0].landmarks for frame in frames]
    smooth = [result.faces[0].landmarks for result in results]
    assert smooth[-1] is not None
    assert smooth[-1].dtype == np.float32
    assert np.std(smooth[5:], axis=0).mean() < 0.7 * np.std(raw[5:], axis=0).mean()  # type: ignore[arg-type]
    pose = results[-1].faces[0].pose
    assert pose is not None
    assert abs(pose.yaw) < 5
    assert abs(pose.roll) < 5


@pytest.mark.parametrize(
    ("settings", "times"),
    [
        ({}, [0.0, 0.04, 0.08]),
        ({"fps": 5}, [0.0, 0.2, 0.4]),
        ({"timestamps": [3.0, 3.5, 10.0]}, [3.0, 3.5, 10.0]),
        ({"timestamps": iter([0.0, 0.0, -1.0])}, [0.0, 0.0, -1.0]),
    ],
)
def test_frames_have_their_times(settings: dict[str, Any], times: list[float]) -> None:
    analyzer = Analyzer(detector=Still(Box(100, 40, 160, 100)), threads=1)
    results = list(analyzer.stream([BLACK + 90] * 3, **settings))
    assert [result.time for result in results] == pytest.approx(times)
    assert [result.status for result in results] == ["ok"] * 3
    assert results[-1].faces[0].track == 1


def test_a_time_that_is_no_number_costs_its_frame() -> None:
    analyzer = Analyzer(detector=Still(Box(100, 40, 160, 100)), threads=1)
    results = list(analyzer.stream([BLACK + 90] * 3, timestamps=[0.0, np.nan, 0.1]))
    assert [result.status for result in results] == ["ok", "failed", "ok"]
    assert results[1].message == "needs finite seconds, got nan"


def test_frames_are_taken_one_at_a_time(analyzer: Analyzer) -> None:
    taken = []

    def frames() -> Iterator[ByteArray]:
        for number in range(3):
            taken.append(number)
            yield BLACK

    results = analyzer.stream(frames())
    assert taken == []
    next(results)
    assert taken == [0]
    assert len(list(results)) == 2


def test_paths_name_their_frames(analyzer: Analyzer, repository: Path) -> None:
    path = repository / "examples" / "eileen-collins.jpg"
    (result,) = analyzer.stream([path])
    assert result.source == str(path)
    assert result.faces[0].track is None


def test_an_array_of_frames_is_a_stream(analyzer: Analyzer) -> None:
    assert len(list(analyzer.stream(np.zeros((2, 40, 50, 3), np.uint8)))) == 2
    assert len(list(analyzer.stream(np.zeros((2, 40, 50), np.uint8)))) == 2


def test_two_streams_do_not_share_numbers(head: ByteArray) -> None:
    analyzer = Analyzer(detector=Still(Box(100, 40, 160, 100)), threads=1)
    for _ in range(2):
        (*_, last) = analyzer.stream([BLACK + 90] * 3)
        assert last.faces[0].track == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: a.stream("video.mp4"), "source: needs an iterable of frames, got str"),
        (lambda a: a.stream(np.zeros((40, 50, 3), np.uint8)), "source: needs an iterable of frames"),
        (lambda a: a.stream(5), "source: needs an iterable of frames, got int"),
        (lambda a: a.stream([], fps=0), "fps: needs a finite number above 0"),
        (lambda a: a.stream([], fps=5, timestamps=[1.0]), "fps: needs either"),
        (lambda a: a.stream([], detect_every=0), "detect_every: needs a whole number of at least 1"),
        (lambda a: a.stream([], half_life=-1), "half_life: needs a finite number above 0"),
        (lambda a: FaceStream(a, detect_every=9, max_gap=8), "max_gap: needs a whole number of at least 9"),
    ],
)
def test_mistakes_are_told_at_once(analyzer: Analyzer, call: Callable[[Analyzer], Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        call(analyzer)


def test_a_track_lasts_from_one_rare_look_to_the_next(analyzer: Analyzer) -> None:
    assert FaceStream(analyzer, detect_every=40).tracker.max_gap == 40
    assert FaceStream(analyzer, detect_every=2).tracker.max_gap == 15
    with pytest.raises(InvalidArgumentError, match="max_gap: needs a whole number of at least 40"):
        FaceStream(analyzer, detect_every=40, max_gap=15)
