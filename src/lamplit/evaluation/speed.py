"""Time per face of several classifiers, measured in turn so that a busy machine meets them all alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError

ROUNDS = 15
CALLS = 40


@dataclass(frozen=True, slots=True)
class Timing:
    """Time of one call over the rounds.

    Parameters
    ----------
    milliseconds : float
        Median over rounds of the mean time of a call.
    fastest, slowest : float
        The fastest and the slowest round, in milliseconds.
    ratio : float
        Median over rounds of the time relative to the first call's in the same round.
    """

    milliseconds: float
    fastest: float
    slowest: float
    ratio: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures as plain types."""
        return {
            "milliseconds": round(self.milliseconds, 4),
            "fastest_round": round(self.fastest, 4),
            "slowest_round": round(self.slowest, 4),
            "ratio": round(self.ratio, 4),
        }


def time_in_turn(
    calls: Sequence[Callable[[], object]],
    *,
    rounds: int = ROUNDS,
    repeats: int = CALLS,
    on_round: Callable[[], None] | None = None,
) -> list[Timing]:
    """Time calls in turn: every round runs each of them some times.

    Parameters
    ----------
    calls : sequence of callable
        What is timed; the first is what the others' ratios are relative to.
    rounds : int
        How many rounds.
    repeats : int
        Calls of each in one round.
    on_round : callable, optional
        Called after each round, as a progress bar wants it.

    Returns
    -------
    list of Timing
        One per call. On a busy machine the ratios are worth more than the times.

    Raises
    ------
    InvalidArgumentError
        If there is nothing to time or a number is none.

    Examples
    --------
    >>> first, second = time_in_turn([lambda: sum(range(10)), lambda: sum(range(10000))], rounds=3, repeats=3)
    >>> first.ratio, second.ratio > 1
    (1.0, True)
    """
    check_integer("rounds", rounds, low=1)
    check_integer("repeats", repeats, low=1)
    if not calls:
        raise InvalidArgumentError("calls", "at least one", "none")
    for call in calls:
        call()  # the first run of a network reserves its memory
    times = []
    for _ in range(rounds):
        times.append([_milliseconds(call, repeats) for call in calls])
        if on_round is not None:
            on_round()
    return [
        Timing(
            median(row[position] for row in times),
            min(row[position] for row in times),
            max(row[position] for row in times),
            median(row[position] / row[0] for row in times),
        )
        for position in range(len(calls))
    ]


def _milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Return the mean time of a call."""
    started = perf_counter()
    for _ in range(repeats):
        call()
    return 1000 * (perf_counter() - started) / repeats
