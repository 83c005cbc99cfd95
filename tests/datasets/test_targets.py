"""From votes to targets in a label set."""

from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, LabelSet
from lamplit.datasets.targets import majority_in, shares_in
from lamplit.datasets.votes import Distribution, Majority

VOTES = np.array(
    [
        [0, 0, 8, 0, 0, 0, 2, 0, 0, 0],  # surprise, some fear
        [9, 0, 0, 0, 0, 0, 0, 0, 1, 0],  # neutral
        [4, 4, 0, 0, 2, 0, 0, 0, 0, 0],  # no majority
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],  # nothing that two people named
        [0, 0, 0, 0, 6, 3, 0, 0, 0, 1],  # anger, some disgust
    ]
)


def test_all_eight_are_the_protocols_themselves() -> None:
    assert majority_in(VOTES, EXPRESSIONS).tolist() == Majority().classes(VOTES).tolist()
    np.testing.assert_array_equal(shares_in(VOTES, EXPRESSIONS), Distribution().probabilities(VOTES))


def test_the_six_by_hand() -> None:
    # Order of the six: anger, disgust, fear, happiness, sadness, surprise.
    assert majority_in(VOTES, EKMAN_SIX).tolist() == [5, -1, -1, -1, 0]
    shares = shares_in(VOTES, EKMAN_SIX)
    expected = [
        [0, 0, 0.2, 0, 0, 0.8],
        [0, 0, 0, 0, 0, 0],
        [2 / 6, 0, 0, 4 / 6, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [6 / 9, 3 / 9, 0, 0, 0, 0],
    ]
    np.testing.assert_allclose(shares, expected, atol=1e-6)
    assert shares.dtype == np.float32


def test_no_faces_stay_none() -> None:
    nobody = VOTES[:0]
    assert majority_in(nobody, EKMAN_SIX).shape == (0,)
    assert shares_in(nobody, EKMAN_SIX).shape == (0, 6)


def test_labels_that_nobody_voted_on_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="sleepy"):
        majority_in(VOTES, LabelSet("two", ("happiness", "sleepy")))
