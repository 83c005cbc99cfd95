"""What a training shows and leaves while it runs: a progress bar, a CSV log and curves."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lamplit.core.files import write_atomically
from lamplit.report.plots import plot_training_curves
from lamplit.report.run_plot import curves_of, plot_run_curves
from lamplit.training.run_state import EpochRow
from lamplit.training.stopping import is_over, outcome

LOG_FILE = "log.csv"
CURVES_FILE = "curves.png"


class RunProgress:
    """The bar of a run, and the log in its folder.

    The bar counts batches over all epochs, so that its time left is that of the whole training.

    Parameters
    ----------
    epochs : int
        Epochs in all.
    folder : Path
        Where the log goes; it is whole after every epoch.
    console : rich.console.Console
        Where the bar and a line per epoch go.
    """

    def __init__(self, epochs: int, folder: Path, console: Console) -> None:
        self.epochs = epochs
        self.folder = folder
        self.console = console
        self._bar = Progress(
            TextColumn("{task.fields[doing]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
        )
        self._task = self._bar.add_task("training", total=None, doing=f"epoch 1/{epochs}", figures="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _move(self, epoch: int, batch: int, n_batches: int, figures: str) -> None:
        """Move the bar, and show figures of the epoch so far."""
        self._bar.update(
            self._task,
            total=n_batches * self.epochs,
            completed=(epoch - 1) * n_batches + batch,
            doing=f"epoch {epoch}/{self.epochs}",
            figures=figures,
        )

    def on_step(self, what: str, done: int, total: int) -> None:
        """Show how far a preparation is; the next batch puts the training in its place."""
        if done <= self._bar.tasks[0].completed:
            self._bar.reset(self._task)  # the next thing begins, or the same one with other faces
        self._bar.update(self._task, total=total, completed=done, doing=what)

    def _finish(self) -> None:
        """Fill the bar, however many batches are left."""
        self._bar.update(self._task, total=self._bar.tasks[0].completed)

    def _log(self, history: list[EpochRow], line: str) -> None:
        """Write the log and print a line."""
        write_atomically(self.folder / LOG_FILE, _csv(history).encode())
        self.console.print(line, highlight=False)


class TrainingProgress(RunProgress):
    """Follow the training of an expression network on the terminal and in its folder.

    Parameters
    ----------
    epochs : int
        Epochs in all.
    folder : Path
        Where `log.csv` and `curves.png` go; both are whole after every epoch.
    console : rich.console.Console
        Where the bar and a line per epoch go.
    """

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        """Move the bar."""
        self._move(epoch, batch, n_batches, f"loss {loss:.3f}  accuracy {accuracy:.3f}")

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Write the log and the curves, and print the epoch's line."""
        plot_training_curves(history, self.folder / CURVES_FILE)
        row = history[-1]
        self._log(
            history,
            f"epoch {row['epoch']:3.0f}  training / validation: loss {row['train_loss']:.4f} / "
            f"{row['validation_loss']:.4f}  accuracy {row['train_accuracy']:.3f} / "
            f"{row['validation_accuracy']:.3f}",
        )
        if "best_epoch" in row and is_over(history, self.epochs):
            self.console.print(outcome(history, self.epochs), highlight=False)
            self._finish()


class TaskProgress(RunProgress):
    """Follow the training of any task (`lamplit.training.task_loop`) on the terminal and in its folder.

    Parameters
    ----------
    epochs : int
        Epochs in all.
    folder : Path
        Where `log.csv` and `curves.png` go; both are whole after every epoch.
    console : rich.console.Console
        Where the bar and a line per epoch go.
    """

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None:
        """Move the bar."""
        self._move(epoch, batch, n_batches, f"loss {loss:.4f}")

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Write the log and the curves, and print the epoch's line."""
        plot_run_curves(history, self.folder / CURVES_FILE)
        row = history[-1]
        figures = (f"{name.replace('_', ' ')} {row[name]:.4f}" for name in curves_of(row))
        self._log(history, f"epoch {row['epoch']:3.0f}  {'  '.join(figures)}")


def _csv(history: list[EpochRow]) -> str:
    """Return the log as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: f"{value:.6g}" for key, value in row.items()} for row in history)
    return text.getvalue()
