"""A run that is killed at any moment and resumed ends as the one that was left alone, to the last bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import blobs
import nursery
import pytest

from lamplit.training.checkpoint import load_checkpoint

pytestmark = pytest.mark.skipif(
    not (hasattr(os, "fork") and hasattr(signal, "SIGKILL")), reason="this system has no fork or no SIGKILL"
)

RANDOM = [f"random{number}" for number in range(nursery.N_RANDOM)]
CHOSEN = [moment.__name__ for moment in nursery.MOMENTS]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder of all runs, and how often each was killed."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, nursery.__file__, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


@pytest.mark.parametrize("moment", CHOSEN)
def test_killed_in_the_middle_of_a_save(killed: tuple[Path, dict[str, int]], moment: str) -> None:
    folder, deaths = killed
    assert deaths[moment] == 1
    blobs.assert_same_run(folder / moment, folder / "straight")


@pytest.mark.parametrize("moment", RANDOM)
def test_killed_at_random_moments(killed: tuple[Path, dict[str, int]], moment: str) -> None:
    folder, deaths = killed
    assert deaths[moment] >= 2
    blobs.assert_same_run(folder / moment, folder / "straight")


def test_nothing_is_left_beside_the_checkpoint(killed: tuple[Path, dict[str, int]]) -> None:
    for name in (*CHOSEN, *RANDOM):
        assert [path.name for path in (killed[0] / name).iterdir()] == ["checkpoint.safetensors"]


def test_the_run_is_one_in_which_everything_is_random(killed: tuple[Path, dict[str, int]]) -> None:
    checkpoint = load_checkpoint(killed[0] / "straight")
    assert checkpoint is not None
    assert len(checkpoint.details["history"]) == 3
    assert any(name.startswith("best.") for name in checkpoint.tensors)
    assert checkpoint.details["commit"]
    assert checkpoint.details["recipe"] == nursery.recipe().as_dict()
