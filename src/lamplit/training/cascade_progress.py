"""What a cascade's training shows and leaves while it runs."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from lamplit.report.boosting_plot import plot_boosting_errors
from lamplit.training.cascade_stage import StageRound
from lamplit.training.cascade_state import CascadeState

ERRORS_FILE = "errors.png"


class CascadeProgress:
    """Follow a cascade's training on the terminal and in its folder.

    Parameters
    ----------
    folder : Path
        Where the plot of the errors by round goes.
    console : rich.console.Console
        Where the bars and a line per stage go.
    """

    def __init__(self, folder: Path, console: Console) -> None:
        self.folder = folder
        self.console = console
        self._started = time.monotonic()
        self._bar = Progress(
            TextColumn("stage {task.fields[stage]}  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rates]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, stage=1, rates="")

    def __enter__(self) -> CascadeProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def on_visit(self, stage: int, found: int, wanted: int, visits: int) -> None:
        """Move the bar of the windows found."""
        self._show(stage, "windows", found, wanted, f"in {visits:,} pictures")

    def on_round(self, stage: int, rounds: int, most: int, how: StageRound) -> None:
        """Move the bar of the stumps."""
        rates = f"detection {how.detection:.3f}  false positives {how.false_positives:.3f}"
        self._show(stage, "stumps", rounds, most, rates)

    def on_stage(self, state: CascadeState) -> None:
        """Print the stage's line, and plot the errors of all rounds so far."""
        rounds = [one for row in state.history for one in row["rounds"]]
        if not rounds:
            return
        row = state.history[-1]
        self.console.print(
            f"stage {state.n_stages:2d}: {row['stumps']:3d} stumps  detection {row['detection']:.3f}  "
            f"false positives {row['false_positives']:.3f}, in all {state.false_positive_rate:.2g}  "
            f"({row['visits']:,} pictures, {(time.monotonic() - self._started) / 60:.1f} minutes)",
            highlight=False,
            soft_wrap=True,
        )
        training, validation = (
            [one[key] for one in rounds] for key in ("training_error", "validation_error")
        )
        title = f"{state.n_stages} stages, each at its threshold on what the others let pass"
        plot_boosting_errors(training, validation, self.folder / ERRORS_FILE, title=title)

    def _show(self, stage: int, what: str, done: int, total: int, rates: str) -> None:
        """Bring the bar up to date."""
        self._bar.update(self._task, description=what, completed=done, total=total, stage=stage, rates=rates)
