"""Writing something beside the results for each picture, where one failure stops nothing."""

from __future__ import annotations

from typing import Protocol

from lamplit.analysis.inputs import OnPicture
from lamplit.cli.consoles import tell
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import OutputError
from lamplit.core.values import InputResult


class CountsFailures(Protocol):
    """What keeps the number of failures, for the exit code."""

    n_failed: int


def going_on(add: OnPicture, view: CountsFailures) -> OnPicture:
    """Return a function that does the same; what cannot be written is told and counted, and stops nothing."""

    def guarded(pixels: ByteArray, result: InputResult) -> None:
        try:
            add(pixels, result)
        except OutputError as error:
            view.n_failed += 1
            tell(f"{result.source}: {error}")

    return guarded
