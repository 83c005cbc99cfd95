"""Where the command writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PIPED_WIDTH = 120


def results_console() -> Console:
    """Return the console for results; wide enough for tables when nobody's window sets the width."""
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)


def messages_console(*, quiet: bool = False) -> Console:
    """Return the console for progress and errors; a quiet one prints nothing."""
    return Console(stderr=True, quiet=quiet)


def counting_progress(*, hidden: bool) -> Progress:
    """Return a progress bar with a count and the time left; it leaves no trace when done."""
    console = messages_console()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # In a pipe or a file, Rich would leave an empty line of it.
        disable=hidden or not console.is_terminal,
    )


def tell(line: str) -> None:
    """Print a line beside the results."""
    messages_console().print(line, soft_wrap=True, highlight=False, markup=False)
