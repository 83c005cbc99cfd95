"""What a training shows, and what it leaves in its folder after every epoch."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from rich.console import Console

from lamplit.imaging.images import read_image
from lamplit.training.progress import TrainingProgress
from lamplit.training.state import EpochRow


def row(epoch: int) -> EpochRow:
    return {
        "epoch": epoch,
        "learning_rate": 0.003,
        "train_loss": 1.5 - 0.1 * epoch,
        "train_accuracy": 0.25,
        "validation_loss": 1.25,
        "validation_accuracy": 0.5,
        "validation_log_loss": 1.0 / 3.0,
        "seconds": 61.4,
    }


def followed(folder: Path, *, epochs: int, quiet: bool = False) -> str:
    console = Console(file=io.StringIO(), width=120, quiet=quiet)
    with TrainingProgress(epochs, folder, console) as progress:
        for epoch in range(1, epochs + 1):
            for batch in range(1, 5):
                progress.on_batch(epoch, batch, 4, loss=1.25, accuracy=0.5)
            progress.on_epoch([row(number) for number in range(1, epoch + 1)])
            assert len(rows_of(folder)) == epoch
    return console.file.getvalue()  # type: ignore[attr-defined]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_log_has_a_row_per_epoch(tmp_path: Path) -> None:
    followed(tmp_path, epochs=3)
    rows = rows_of(tmp_path)
    assert [entry["epoch"] for entry in rows] == ["1", "2", "3"]
    assert list(rows[0]) == list(row(1))
    assert [float(entry["train_loss"]) for entry in rows] == [1.4, 1.3, 1.2]
    assert rows[0]["validation_log_loss"] == "0.333333"


def test_the_curves_are_a_picture(tmp_path: Path) -> None:
    followed(tmp_path, epochs=2)
    picture = read_image(tmp_path / "curves.png")
    assert min(picture.shape[:2]) > 200
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10, "curves have colours"


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    followed(tmp_path, epochs=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curves.png", "log.csv"]


def test_the_terminal_gets_a_line_per_epoch_and_the_bar(tmp_path: Path) -> None:
    lines = followed(tmp_path, epochs=2).splitlines()
    assert lines[0] == "epoch   1  training / validation: loss 1.4000 / 1.2500  accuracy 0.250 / 0.500"
    assert lines[1].startswith("epoch   2  training / validation: loss 1.3000 / ")
    assert lines[2].startswith("epoch 2/2")
    assert "8/8 loss 1.250  accuracy 0.500" in lines[2]
    assert len(lines) == 3


def test_what_comes_before_the_first_epoch_has_the_bar_until_then(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    with TrainingProgress(2, tmp_path, console) as progress:
        progress.on_step("bringing faces upright", 250, 1000)
    (line,) = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert line.startswith("bringing faces upright")
    assert " 250/1000" in line
    assert "loss" not in line, "nothing has been learnt yet"
    console = Console(file=io.StringIO(), width=120)
    with TrainingProgress(2, tmp_path, console) as progress:
        progress.on_step("asking teachers", 4, 4)
        progress.on_step("asking teachers", 1, 4)  # of other faces
        (task,) = progress._bar.tasks
        assert (task.completed, task.finished) == (1, False)
        progress.on_batch(1, 1, 4, loss=1.25, accuracy=0.5)
    (line,) = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert line.startswith("epoch 1/2")
    assert "1/8 loss 1.250  accuracy 0.500" in line


def test_where_patience_ended_the_run_the_terminal_says_so(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    waiting = [
        {"holdout_loss": loss, "best_epoch": 1.0, "patience_left": left} for loss, left in ((1, 1), (2, 0))
    ]
    rows = [row(epoch) | more for epoch, more in zip((1, 2), waiting, strict=True)]
    with TrainingProgress(9, tmp_path, console) as progress:
        for epoch in (1, 2):
            progress.on_batch(epoch, 4, 4, loss=1.25, accuracy=0.5)
            progress.on_epoch(rows[:epoch])
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[2] == (
        "the result is epoch 1, which had the least loss on held-out faces; stopped after 2 of 9 epochs"
    )
    assert "8/8" in lines[3], "the bar is full: nothing is left to do"
    assert [entry["patience_left"] for entry in rows_of(tmp_path)] == ["1", "0"]
    assert [entry["best_epoch"] for entry in rows_of(tmp_path)] == ["1", "1"]


def test_quiet_shows_nothing_and_leaves_the_same_files(tmp_path: Path) -> None:
    assert followed(tmp_path, epochs=1, quiet=True) == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curves.png", "log.csv"]
