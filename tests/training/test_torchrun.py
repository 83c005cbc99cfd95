"""Several processes under torchrun train what one trains with their batches put together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import blobs
import pytest
import tiny
import torch
from safetensors.torch import load_file

from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.loop import train
from lamplit.training.state import fresh_state

pytestmark = pytest.mark.skipif(
    not (torch.distributed.is_available() and torch.distributed.is_gloo_available()),
    reason="this torch was built without Gloo, which joins processes on CPUs",
)


def torchrun(*words: object) -> subprocess.CompletedProcess[str]:
    """Train in two processes, in float32: in bfloat16 two small batches round otherwise than a large one."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    settings = os.environ | {"OMP_NUM_THREADS": "1", "LT_PRECISION": "32-true"}
    return subprocess.run(
        [*command, tiny.__file__, *map(str, words)],
        capture_output=True, text=True, timeout=300, check=False, env=settings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two processes, killed in its second epoch and resumed."""
    folder = tmp_path_factory.mktemp("together")
    assert torchrun(folder, 2, 3).returncode != 0
    left = load_checkpoint(folder)
    assert left is not None
    assert len(left.details["history"]) == 1
    done = torchrun(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run in one process."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LT_PRECISION", "32-true")
        train(tiny.recipe(), tiny.data(), folder, observer=blobs.Silent())
    return folder


@pytest.mark.parametrize("run", [".", "batch-normalized"])
def test_all_processes_end_with_the_same_network(together: Path, run: str) -> None:
    first, second = (load_file(together / run / f"process{rank}.safetensors") for rank in (0, 1))
    assert set(first) == set(second)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_they_train_what_one_trains_with_the_whole_batch(together: Path, alone: Path) -> None:
    here, there = load_checkpoint(together), load_checkpoint(alone)
    assert here is not None
    assert there is not None
    assert set(here.tensors) == set(there.tensors)
    for name, expected in there.tensors.items():
        torch.testing.assert_close(here.tensors[name], expected, rtol=1e-3, atol=1e-5, msg=name)
    fresh = fresh_state(tiny.recipe(), 5, torch.device("cpu")).network.state_dict()
    moved = {name: (there.tensors[f"network.{name}"] - tensor).abs().max() for name, tensor in fresh.items()}
    assert min(moved.values()) > 1e-3, "what the tolerance can tell apart is a hundredth of the way"


def test_they_report_what_one_reports(together: Path, alone: Path) -> None:
    here, there = load_checkpoint(together), load_checkpoint(alone)
    assert here is not None
    assert there is not None
    for row, expected in zip(here.details["history"], there.details["history"], strict=True):
        assert {k: v for k, v in row.items() if k != "seconds"} == pytest.approx(
            {k: v for k, v in expected.items() if k != "seconds"}, rel=1e-4
        )
