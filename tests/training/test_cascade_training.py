"""Training a cascade of made-up faces: it finds them, goes on after a kill, and says when it ends."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from pathlib import Path

import cartoon
import cv2
import numpy as np
import pytest

from lamplit.boosting import write_cascade
from lamplit.boosting.cascade_json import cascade_to_json
from lamplit.core.errors import CheckpointError, DatasetError
from lamplit.faces import BoostedFaceDetector
from lamplit.faces.sliding_window import SlidingWindow
from lamplit.faces.window_pixels import passing_pixels
from lamplit.imaging.geometry import resize_faces
from lamplit.training.cascade_state import STATE_FILE, CascadeState, fresh_state, load_state, save_state
from lamplit.training.cascade_training import finished_cascade, train_cascade
from lamplit.training.cascade_windows import first_features, passes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CascadeState, cartoon.Watcher]:
    folder = tmp_path_factory.mktemp("run")
    watcher = cartoon.Watcher()
    return folder, train_cascade(cartoon.recipe(), cartoon.data(), folder, watcher), watcher


def test_each_stage_keeps_to_its_rates_and_every_step_is_told(
    run: tuple[Path, CascadeState, cartoon.Watcher],
) -> None:
    folder, state, watcher = run
    assert [row["stumps"] for row in state.history] == [len(row["rounds"]) for row in state.history]
    assert watcher.rounds == sum(row["stumps"] for row in state.history)
    assert watcher.visits == sum(row["visits"] for row in state.history)
    assert len(watcher.stages) >= state.n_stages >= 1
    for number, row in enumerate(state.history):
        assert row["detection"] >= 0.95
        assert row["stumps"] <= cartoon.SMALL["rounds"][number]
        for one in row["rounds"]:
            assert one["validation_error"] == pytest.approx(
                (1 - one["detection"] + one["false_positives"]) / 2
            )
            assert 0 <= one["training_error"] <= 0.6
    assert sorted(path.name for path in folder.iterdir()) == [
        f"stages-{state.n_stages:02d}.json",
        STATE_FILE,
        f"windows-{state.n_stages:02d}.npz",
    ]


def test_it_lets_faces_pass_that_it_has_not_seen_and_little_else(
    run: tuple[Path, CascadeState, cartoon.Watcher],
) -> None:
    cascade = finished_cascade(run[1])
    unseen = resize_faces(cartoon.faces(100, seed=9), 12)
    assert passes(cascade, unseen, least_contrast=2.0).mean() > 0.8
    engine = SlidingWindow(cascade, least_contrast=2.0)
    found = [passing_pixels(engine, p, (12, 12), ratio=1.2) for p in cartoon.pictures(6, seed=5)]
    assert sum(len(pixels) for pixels, _ in found) < 0.15 * sum(n for _, n in found)


def test_windows_cut_out_and_the_sliding_window_decide_alike(
    run: tuple[Path, CascadeState, cartoon.Watcher],
) -> None:
    cascade = finished_cascade(run[1])
    engine = SlidingWindow(cascade, least_contrast=2.0)
    for picture in cartoon.pictures(4, seed=6):
        pixels, _ = passing_pixels(engine, picture, (12, 12), ratio=1.3)
        assert passes(cascade, pixels, least_contrast=2.0).all()
    # And the other way round: a picture of one window alone.
    windows = resize_faces(cartoon.faces(40, seed=7), 12)
    windows[::2] = windows[::2, ::-1]
    slid = [len(passing_pixels(engine, window, (12, 12), ratio=1.3)[0]) for window in windows]
    through = passes(cascade, windows, least_contrast=2.0)
    assert np.array_equal(np.array(slid) == 1, through)
    assert 0 < through.sum() < 40


def test_a_face_in_a_picture_is_found_by_opencv_too(
    run: tuple[Path, CascadeState, cartoon.Watcher], tmp_path: Path
) -> None:
    cascade = finished_cascade(run[1])
    scene = np.full((96, 120), 90, np.uint8)
    scene[20:68, 30:78] = cartoon.faces(1, seed=11)[0]
    found = BoostedFaceDetector(cascade, neighbours=1).detect(scene)
    assert abs(found[0].box.x1 - 30) < 12
    assert abs(found[0].box.x2 - 78) < 12
    write_cascade(cascade, tmp_path / "ours.xml")
    theirs = cv2.CascadeClassifier(str(tmp_path / "ours.xml")).detectMultiScale(
        scene, 1.1, 1, minSize=(24, 24)
    )
    assert len(theirs) >= 1


def test_a_stage_begins_with_the_stumps_of_the_one_before(
    run: tuple[Path, CascadeState, cartoon.Watcher],
) -> None:
    state = run[1]
    stages = finished_cascade(state).stages
    assert len(stages) > 1
    sizes = np.cumsum([row["stumps"] for row in state.history])
    assert [stage.n_trees for stage in stages] == sizes.tolist()
    for before, after in itertools.pairwise(stages):
        for name in ("left", "right", "feature", "split"):
            assert np.array_equal(getattr(after, name)[: before.n_trees], getattr(before, name))
        assert np.array_equal(after.leaves[: 2 * before.n_trees], before.leaves)


def test_first_features_are_those_of_the_first_stage(
    run: tuple[Path, CascadeState, cartoon.Watcher],
) -> None:
    cascade = finished_cascade(run[1])
    assert len(first_features(cascade, 1)) == 1
    assert first_features(cascade, 9).window == (12, 12)
    assert len(first_features(cascade, 9)) == cascade.stages[0].n_trees


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_after_a_stage_it_resumes_to_the_same_cascade(
    run: tuple[Path, CascadeState, cartoon.Watcher], tmp_path: Path
) -> None:
    command = [sys.executable, cartoon.__file__, str(tmp_path), "1"]
    died = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert load_state(cartoon.recipe(), tmp_path).n_stages == 1
    resumed = train_cascade(cartoon.recipe(), cartoon.data(), tmp_path, cartoon.Watcher())
    assert cascade_to_json(finished_cascade(resumed)) == cascade_to_json(finished_cascade(run[1]))
    assert resumed.history == run[1].history


def test_a_finished_run_is_only_read(run: tuple[Path, CascadeState, cartoon.Watcher]) -> None:
    folder, state, _ = run
    watcher = cartoon.Watcher()
    again = train_cascade(cartoon.recipe(), cartoon.data(), folder, watcher)
    assert (watcher.visits, watcher.rounds) == (0, 0)
    assert again.finished == state.finished != ""


def test_the_target_ends_it(tmp_path: Path) -> None:
    state = train_cascade(cartoon.recipe(target=1.0), cartoon.data(), tmp_path, cartoon.Watcher())
    assert (state.n_stages, state.finished) == (1, "false-positive rate of at most 1")


def test_without_windows_there_is_no_cascade(tmp_path: Path) -> None:
    state = train_cascade(cartoon.recipe(visits=1), cartoon.data(), tmp_path, cartoon.Watcher())
    assert state.finished == "hardly any window passes any more"
    with pytest.raises(DatasetError, match="needs windows for one stage, got hardly any window"):
        finished_cascade(state)


def test_another_recipe_in_the_folder_is_refused(tmp_path: Path) -> None:
    recipe = cartoon.recipe()
    save_state(fresh_state(recipe), recipe, tmp_path)
    with pytest.raises(CheckpointError, match=r"same recipe, got other \['seed'\] \(choose another folder"):
        load_state(cartoon.recipe(seed=1), tmp_path)


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"recipe": {}, "stages": "x"})])
def test_a_damaged_state_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_text(text)
    with pytest.raises(CheckpointError, match=r"state\.json: needs the state of a cascade's training"):
        load_state(cartoon.recipe(), tmp_path)


def test_files_of_a_stage_that_are_gone_are_told(tmp_path: Path) -> None:
    recipe = cartoon.recipe()
    save_state(fresh_state(recipe), recipe, tmp_path)
    (tmp_path / "windows-00.npz").unlink()
    with pytest.raises(CheckpointError, match="needs the files of stage 0"):
        load_state(recipe, tmp_path)
