"""Children that train and are killed, as by a power cut; run as a program, with a folder.

They are forked from one process that has torch in memory, for a new process needs seconds to import it. What
kills them is SIGKILL, so no clean-up runs: at chosen moments of a checkpoint's write, or at a random one of
all the moments between two calls of functions.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import blobs
import torch

from lamplit.training import checkpoint
from lamplit.training.loop import train
from lamplit.training.recipe import Recipe

Arrange = Callable[[], None]
"""Prepares in a child what will kill it."""

N_RANDOM = 3
SECOND_SAVE = 2


def recipe() -> Recipe:
    """Everything that is random at once, and patience, for which a checkpoint keeps a second network."""
    return blobs.recipe(
        patience=2,
        holdout=0.1,
        settings={
            "widths": [4, 8, 8, 8],
            "depths": [1, 1, 1, 1],
            "fused": 8,
            "dropout": 0.3,
            "drop_path": 0.2,
        },
        augment={"light": 0.5, "relight": 0.5, "over": 0.2, "erase": 0.2, "mixup": 0.3, "cutmix": 0.3},
    )


def die() -> None:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(call: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose n-th call is the end."""
    calls = 0

    def mortal(*args: Any, **keywords: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            die()
        return function(*args, **keywords)

    return mortal


def half_written() -> None:
    """Die when half of a checkpoint is on the disk."""
    whole, calls = checkpoint.save_file, 0

    def half(tensors: dict[str, torch.Tensor], path: str, metadata: dict[str, str]) -> None:
        nonlocal calls
        calls += 1
        whole(tensors, path, metadata=metadata)
        if calls == SECOND_SAVE:
            os.truncate(path, os.path.getsize(path) // 2)
            die()

    checkpoint.save_file = half


def not_flushed() -> None:
    """Die when a checkpoint is written and may be in the system's memory alone."""
    os.fsync = dying_at(SECOND_SAVE, os.fsync)


def not_renamed() -> None:
    """Die when a checkpoint is whole but has not its name."""
    Path.replace = dying_at(SECOND_SAVE, Path.replace)  # type: ignore[method-assign]


def not_logged() -> None:
    """Die when a checkpoint is there and nobody has been told."""
    blobs.Silent.on_epoch = dying_at(SECOND_SAVE, blobs.Silent.on_epoch)  # type: ignore[method-assign]


def after_calls(calls: int) -> Arrange:
    """Die after so many calls of functions."""

    def arrange() -> None:
        left = calls

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                die()

        sys.setprofile(count)

    return arrange


MOMENTS = (half_written, not_flushed, not_renamed, not_logged)


def run(folder: Path) -> None:
    """Train, or go on."""
    folder.mkdir(exist_ok=True)
    train(recipe(), blobs.data(64, holdout=20), folder, observer=blobs.Silent())


def survives(folder: Path, arrange: Arrange) -> bool:
    """Let a child train; return whether it lived to the end."""
    child = os.fork()
    if child == 0:
        arrange()
        run(folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit(f"a child failed in {folder}")
    return os.WIFEXITED(status)


def calls_of_a_run(folder: Path) -> int:
    """Return how many calls and returns a run is made of, counted in a child."""
    counted = folder / "calls"

    def arrange() -> None:
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        run(folder)
        sys.setprofile(None)
        counted.write_text(str(calls))

    survives(folder, arrange)
    return int(counted.read_text())


def main(folder: Path) -> None:
    """Kill and resume in every way; print how often each run was killed."""
    torch.set_num_threads(1)
    run(folder / "warm")  # what is imported at the first step shall not be imported in every child
    calls = calls_of_a_run(folder / "straight")
    killed = {}
    for moment in MOMENTS:
        place = folder / moment.__name__
        killed[moment.__name__] = int(not survives(place, moment))
        survives(place, lambda: None)
    for number in range(N_RANDOM):
        draw = random.Random(number)
        # The first two lives end before the run can: one is at most half of it, and saves one epoch of three.
        deaths, longest = 0, calls // 2
        while not survives(folder / f"random{number}", after_calls(draw.randrange(longest) + 1)):
            deaths += 1
            longest = calls // 2 if deaths < 2 else 2 * calls
        killed[f"random{number}"] = deaths
    print(json.dumps(killed))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
