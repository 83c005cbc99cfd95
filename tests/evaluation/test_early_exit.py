"""What cascades cost and reach, on answers whose figures can be counted by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.evaluation.early_exit import ExitPoint, Stages, choose_exits, joined

# Five faces of class 0: the cheap one is sure of three and right, unsure of two and wrong with one of them.
CHEAP = np.array([[0.9, 0.1], [0.8, 0.2], [0.95, 0.05], [0.6, 0.4], [0.45, 0.55]])
COSTLY = np.array([[0.7, 0.3]] * 5)
CLASSES = np.zeros(5, dtype=np.int64)


def stages() -> Stages:
    return Stages([CHEAP, COSTLY], [1.0, 10.0], CLASSES)


@pytest.mark.parametrize(
    ("least", "accuracy", "milliseconds", "shares"),
    [
        (0.0, 0.8, 1.0, (1.0, 0.0)),
        (0.6, 1.0, 1.0 + 0.2 * 10.0, (0.8, 0.2)),
        (0.7, 1.0, 1.0 + 0.4 * 10.0, (0.6, 0.4)),
        (1.0, 1.0, 11.0, (0.0, 1.0)),
    ],
)
def test_time_is_that_of_all_who_were_asked(
    least: float, accuracy: float, milliseconds: float, shares: tuple[float, ...]
) -> None:
    point = stages().measure([least])
    assert point.accuracy == pytest.approx(accuracy)
    assert point.milliseconds == pytest.approx(milliseconds)
    assert point.shares == pytest.approx(shares)


def test_three_stages_add_up() -> None:
    three = Stages([CHEAP, CHEAP, COSTLY], [1.0, 2.0, 10.0], CLASSES)
    point = three.measure([0.85, 0.5])
    assert point.shares == pytest.approx((0.4, 0.6, 0.0))
    assert point.milliseconds == pytest.approx(0.4 * 1 + 0.6 * 3)
    point = three.measure([0.85, 0.7])
    assert point.shares == pytest.approx((0.4, 0.2, 0.4))
    assert point.milliseconds == pytest.approx(0.4 * 1 + 0.2 * 3 + 0.4 * 13)


def test_the_margin_is_another_rule() -> None:
    by_margin = Stages([CHEAP, COSTLY], [1.0, 10.0], CLASSES, rule="margin")
    # Margins 0.8, 0.6, 0.9, 0.2, 0.1: 0.6 is a margin that the second face just has.
    assert by_margin.measure([0.59]).shares == pytest.approx((0.6, 0.4))
    assert stages().measure([0.59]).shares == pytest.approx((0.8, 0.2))


def test_alone_a_classifier_costs_its_own_time() -> None:
    assert stages().single(1) == ExitPoint((), 1.0, 10.0, (0.0, 1.0))


def test_nothing_on_the_front_is_beaten() -> None:
    front = stages().front()
    times, accuracies = [p.milliseconds for p in front], [p.accuracy for p in front]
    assert times == sorted(times)
    assert accuracies == sorted(set(accuracies))
    assert (times[0], accuracies[0]) == pytest.approx((1.0, 0.8))
    assert (times[-1], accuracies[-1]) == pytest.approx((3.0, 1.0))


def many(seed: int = 0, n: int = 400) -> Stages:
    """A cheap classifier that is right as often as it says, and one that is always right."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.5, 1.0, n)
    right = rng.random(n) < sure
    cheap = np.where(right[:, None], np.stack([sure, 1 - sure], 1), np.stack([1 - sure, sure], 1))
    return Stages([cheap, np.tile([0.99, 0.01], (n, 1))], [1.0, 4.0], np.zeros(n, dtype=np.int64))


def halves(some: Stages) -> tuple[Stages, Stages]:
    return some.part(slice(None, None, 2)), some.part(slice(1, None, 2))


@pytest.mark.parametrize("most_loss", [0.0, 0.05, 0.2])
def test_the_cheapest_that_loses_no_more_is_chosen(most_loss: float) -> None:
    choosing, rest = halves(many())
    choice = choose_exits(choosing, rest, most_loss=most_loss)
    assert choice.chosen.accuracy >= 1.0 - most_loss
    cheaper = [p for p in choosing.front() if p.milliseconds < choice.chosen.milliseconds]
    assert all(point.accuracy < 1.0 - most_loss for point in cheaper)


def test_figures_are_those_of_the_other_faces() -> None:
    choosing, rest = halves(many())
    choice = choose_exits(choosing, rest, most_loss=0.05)
    assert choice.reported == rest.measure(choice.chosen.least)
    assert choice.singles == (rest.single(0), rest.single(1))
    assert all(point == rest.measure(point.least) for point in choice.curve)
    assert json.loads(json.dumps(choice.as_dict()))["reported"]["accuracy"] == choice.reported.accuracy


def test_where_none_is_enough_the_best_is_taken() -> None:
    # Certain and wrong: no threshold sends such faces on.
    cheap, costly = np.array([[0.0, 1.0]] * 4), np.array([[0.9, 0.1]] * 4)
    choice = choose_exits(*halves(Stages([cheap, costly], [1.0, 2.0], np.zeros(4, dtype=np.int64))))
    assert choice.chosen.accuracy == 0.0


@pytest.mark.parametrize(
    ("probabilities", "milliseconds", "message"),
    [
        ([CHEAP], [1.0], "needs at least two of each, as many, got 1 and 1"),
        ([CHEAP, COSTLY], [1.0], "needs at least two of each, as many, got 2 and 1"),
        ([CHEAP, COSTLY[:3]], [1.0, 2.0], r"probabilities: needs one shape \(N, K\)"),
        ([CHEAP, COSTLY], [1.0, 0.0], "milliseconds: needs a finite number above 0"),
        ([CHEAP, 2 * COSTLY], [1.0, 2.0], r"probabilities\[1\]: needs"),
    ],
)
def test_what_does_not_fit_is_refused(
    probabilities: list[np.ndarray], milliseconds: list[float], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Stages(probabilities, milliseconds, CLASSES)


def test_faces_of_several_lights_count_alike() -> None:
    day, night = many(0), many(1, n=200)
    both = joined([day, night])
    assert both.right.shape == (2, 600)
    for least in (0.0, 0.7, 1.0):
        expected = (400 * day.measure([least]).accuracy + 200 * night.measure([least]).accuracy) / 600
        assert both.measure([least]).accuracy == pytest.approx(expected)
    assert day.right.shape == (2, 400), "the parts stay as they are"
    three = Stages([CHEAP, CHEAP, COSTLY], [1.0, 2.0, 10.0], CLASSES)
    for parts in ([], [day, three]):
        with pytest.raises(InvalidArgumentError, match=r"parts: needs one at least, .* got \["):
            joined(parts)


def test_a_choice_needs_faces_of_the_same_classifiers_and_a_loss() -> None:
    nobody = stages().part(slice(0, 0))
    with pytest.raises(InvalidArgumentError, match="choosing: needs at least one face, and 2 classifiers"):
        choose_exits(nobody, stages())
    with pytest.raises(InvalidArgumentError, match=r"reported: needs at least one face, .* got 0 faces"):
        choose_exits(stages(), nobody)
    three = Stages([CHEAP, CHEAP, COSTLY], [1.0, 2.0, 10.0], CLASSES)
    with pytest.raises(InvalidArgumentError, match=r"reported: .* and 2 classifiers, got \d faces and 3"):
        choose_exits(stages(), three)
    with pytest.raises(InvalidArgumentError, match="most_loss: needs"):
        choose_exits(stages(), stages(), most_loss=1.0)
    with pytest.raises(InvalidArgumentError, match="least: needs 1 in"):
        stages().measure([0.5, 0.5])
