"""Timing in turn: who is called how often, and what ratios mean. No time is asserted."""

from __future__ import annotations

import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.evaluation.speed import time_in_turn


def test_calls_take_turns() -> None:
    called: list[str] = []
    rounds: list[int] = []
    time_in_turn(
        [lambda: called.append("a"), lambda: called.append("b")],
        rounds=2,
        repeats=3,
        on_round=lambda: rounds.append(len(called)),
    )
    assert "".join(called) == "ab" + 2 * "aaabbb"
    assert rounds == [8, 14]


def test_the_first_is_its_own_measure() -> None:
    first, _ = time_in_turn([lambda: None, lambda: sum(range(1000))], rounds=3, repeats=2)
    assert first.ratio == 1.0
    assert first.fastest <= first.milliseconds <= first.slowest
    assert set(first.as_dict()) == {"milliseconds", "fastest_round", "slowest_round", "ratio"}


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"repeats": 0}])
def test_no_rounds_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidArgumentError, match="needs a whole number of at least 1, got 0"):
        time_in_turn([lambda: None], **wrong)


def test_nothing_to_time_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="calls: needs at least one, got none"):
        time_in_turn([])
