"""Tracks: when they begin and end, how they bridge gaps, and that crossing faces keep their numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box, Detection
from lamplit.faces.box_filter import BoxFilter
from lamplit.faces.tracking import FaceTracker, Track, box_distance

FRAME = 0.04


def at(x: float, y: float = 100.0, side: float = 50.0) -> Detection:
    return Detection(box=Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2), score=5.0)


def run(tracker: FaceTracker, frames: Sequence[Sequence[Detection]]) -> list[list[Track]]:
    shown = []
    for detections in frames:
        tracker.advance(FRAME)
        shown.append(tracker.update(detections))
    return shown


def test_a_track_begins_with_the_sighting_that_was_asked_for() -> None:
    for sightings in (1, 2, 4):
        frames = run(FaceTracker(min_sightings=sightings), [[at(100 + n)] for n in range(5)])
        numbers = [track.number for (track,) in frames]
        assert numbers == [None] * (sightings - 1) + [1] * (6 - sightings)


def test_a_false_alarm_of_one_frame_gets_no_number() -> None:
    tracker = FaceTracker()
    frames = [[at(100 + n)] + ([at(400)] if n == 4 else []) for n in range(9)] + [[at(109), at(300)]] * 4
    shown = run(tracker, frames)
    assert [len(tracks) for tracks in shown[3:7]] == [1, 2, 1, 1]
    assert {track.number for track in shown[-1]} == {1, 2}  # no number was spent on it


@pytest.mark.parametrize("gap", [1, 5, 15])
def test_a_number_survives_a_gap(gap: int) -> None:
    before = [[at(100 + 2 * n)] for n in range(10)]
    after = [[at(100 + 2 * (n + gap))] for n in range(10, 15)]
    tracker = FaceTracker(max_gap=15)
    run(tracker, before)
    shown = run(tracker, [[]] * gap + after)
    assert [len(tracks) for tracks in shown] == [1] * (gap + 5)
    assert all(track.detection is None and track.number == 1 for (track,) in shown[:gap])
    assert [track.unseen for (track,) in shown[:gap]] == list(range(1, gap + 1))
    assert [track.number for (track,) in shown[gap:]] == [1] * 5


def test_after_a_longer_gap_it_is_another() -> None:
    tracker = FaceTracker(max_gap=5, min_sightings=1)
    run(tracker, [[at(100)]] * 10)
    shown = run(tracker, [[]] * 6 + [[at(100)]])
    assert [len(tracks) for tracks in shown] == [1] * 5 + [0, 1]
    assert shown[-1][0].number == 2


def test_between_detections_boxes_go_on_as_they_went() -> None:
    tracker = FaceTracker()
    run(tracker, [[at(100 + 3 * n)] for n in range(20)])
    for ahead in (1, 2, 3, 4):
        (track,) = tracker.advance(FRAME)
        assert (track.box.x1 + track.box.x2) / 2 == pytest.approx(100 + 3 * (19 + ahead), abs=1.0)
        assert track.detection is None
    tracker.advance(FRAME)
    (track,) = tracker.update([at(100 + 3 * 24)])
    assert track.number == 1
    assert track.box == at(172).box  # what the detector sees, not what the filter makes of it


def test_looking_seldom_keeps_numbers_too() -> None:
    tracker = FaceTracker(min_sightings=2)
    seen = []
    for n in range(40):
        tracker.advance(FRAME)
        if n % 5 == 0:
            seen += [track.number for track in tracker.update([at(100 + 2 * n), at(300 - n, 300)])]
    assert seen == [None, None] + [1, 2] * 7


Path = Callable[[int], Detection]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (lambda n: at(100 + 8 * n), lambda n: at(420 - 8 * n)),
        (lambda n: at(100 + 8 * n, 100), lambda n: at(420 - 8 * n, 110)),
        (lambda n: at(100 + 5 * n, 50 + 5 * n), lambda n: at(100 + 5 * n, 250 - 5 * n)),
        (lambda n: at(100 + 4 * n, side=60), lambda n: at(340 - 8 * n, side=40)),
    ],
    ids=["head on", "nearly", "diagonally", "of two sizes"],
)
@pytest.mark.parametrize("hidden", [0.0, 0.8], ids=["both seen", "one hides the other"])
def test_faces_that_cross_keep_their_numbers(first: Path, second: Path, hidden: float) -> None:
    rng = np.random.default_rng(0)

    def shaken(detection: Detection) -> Detection:
        x1, y1, x2, y2 = (detection.box.xyxy + rng.normal(0, 1.0, 4)).tolist()
        return Detection(box=Box(x1, y1, x2, y2), score=1.0)

    tracker = FaceTracker(max_gap=20)
    for n in range(41):
        tracker.advance(FRAME)
        both = [shaken(first(n)), shaken(second(n))]
        if box_distance(first(n).box, second(n).box) < hidden:
            both = both[:1]  # the first goes before the second
        tracks = tracker.update(both if n % 2 else both[::-1])
    ends = {track.number: track for track in tracks}
    assert set(ends) == {1, 2}
    # Frame 0 lists the second face first, so that it is number 1.
    numbers = [1, 2]
    assert box_distance(ends[numbers[1]].box, first(40).box) < 0.2
    assert box_distance(ends[numbers[0]].box, second(40).box) < 0.2


def test_a_face_that_grows_is_one_face() -> None:
    shown = run(FaceTracker(), [[at(100, side=40 * 1.05**n)] for n in range(30)])
    assert [len(tracks) for tracks in shown] == [1] * 30
    assert shown[-1][0].number == 1


def test_a_small_face_in_the_place_of_a_large_one_is_another() -> None:
    tracker = FaceTracker(min_sightings=1)
    run(tracker, [[at(100, side=100)]] * 10)
    shown = run(tracker, [[at(100, side=20)]])
    assert [track.number for track in shown[0]] == [1, 2]


def test_no_number_is_given_twice() -> None:
    rng = np.random.default_rng(1)
    tracker = FaceTracker(min_sightings=1, max_gap=2)
    places: dict[int, list[int]] = {}
    for n in range(60):
        tracker.advance(FRAME)
        found = [at(float(x), float(y)) for x, y in 2000 * rng.random((rng.integers(0, 4), 2))]
        for track in tracker.update(found):
            assert track.number is not None
            places.setdefault(track.number, []).append(n)
    assert sorted(places) == list(range(1, len(places) + 1))
    for frames in places.values():
        assert frames == list(range(frames[0], frames[-1] + 1))


def test_irregular_times_do_not_matter() -> None:
    tracker, now = FaceTracker(min_sightings=1), 0.0
    for step in (0.04, 0.2, 0.01, 0.08, 0.3, 0.04, 0.12):
        now += step
        tracker.advance(step)
        (track,) = tracker.update([at(100 + 60 * now)])
        assert track.number == 1


def test_boxes_that_shake_are_smoothed_and_the_velocity_is_found() -> None:
    rng = np.random.default_rng(0)
    motion = BoxFilter(at(100).box)
    off = []
    for n in range(1, 100):
        motion.advance(FRAME)
        seen = at(100 + 2 * n + rng.normal(0, 2), 100 + rng.normal(0, 2))
        motion.correct(seen.box)
        off.append((motion.box.x1 + motion.box.x2) / 2 - (100 + 2 * n))
    assert np.std(off[20:]) < 1.6
    assert abs(np.mean(off[20:])) < 0.5


@pytest.mark.parametrize("settings", [{"min_sightings": 0}, {"max_gap": -1}, {"max_gap": 1.5}])
def test_settings_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{next(iter(settings))}: needs a whole number"):
        FaceTracker(**settings)


@pytest.mark.parametrize("seconds", [0.0, -1.0, np.nan, np.inf])
def test_time_goes_on(seconds: float) -> None:
    with pytest.raises(InvalidArgumentError, match="seconds: needs a finite number above 0"):
        FaceTracker().advance(seconds)
