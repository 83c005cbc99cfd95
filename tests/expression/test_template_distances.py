from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from lamplit.core.errors import InvalidArgumentError
from lamplit.expression.template_distances import BoostedWindows, TemplateDistances
from lamplit.features import chi_square_distances


def histograms(n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Three windows of four bins; the last tells whose class is 1."""
    random = np.random.default_rng(0)
    counts = random.random((n, 3, 4), dtype=np.float32)
    classes = np.arange(n) % 3
    counts[classes == 1, 2, 0] += 1
    return counts.reshape(n, 12), classes


def test_distances_are_those_to_the_means_of_the_classes() -> None:
    rows, classes = histograms()
    distances = TemplateDistances(n_bins=4).fit_transform(rows, classes)
    windows = rows.reshape(-1, 3, 4)
    assert distances.shape == (300, 9)
    for label in range(3):
        for window in range(3):
            template = windows[classes == label, window].mean(axis=0)
            expected = chi_square_distances(windows[:, window], template[np.newaxis])[:, 0]
            np.testing.assert_allclose(distances[:, 3 * label + window], expected, rtol=1e-3, atol=1e-5)


def test_an_empty_bin_counts_nothing() -> None:
    assert TemplateDistances(n_bins=2).fit_transform(np.zeros((2, 4)), [0, 1]).tolist() == [[0.0] * 4] * 2


def test_the_telling_window_is_kept_alone() -> None:
    rows, classes = histograms()
    chosen = BoostedWindows(1, n_estimators=5, n_bins=4).fit(rows, classes == 1)
    assert chosen.windows_.tolist() == [2]
    np.testing.assert_allclose(chosen.transform(rows) ** 2, rows[:, 8:], rtol=1e-6)


def test_every_class_brings_its_windows() -> None:
    rows, classes = histograms()
    chosen = BoostedWindows(2, n_estimators=5, n_bins=4).fit(rows, classes)
    assert set(chosen.windows_) <= {0, 1, 2}
    assert 2 in chosen.windows_


@pytest.mark.parametrize("transformer", [TemplateDistances(n_bins=4), BoostedWindows(n_bins=4)])
def test_what_has_not_learnt_says_so(transformer: TemplateDistances | BoostedWindows) -> None:
    with pytest.raises(NotFittedError):
        transformer.transform(histograms()[0])


def test_rows_of_other_bins_are_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"X: needs histograms of 5 bins as rows, got shape \(300, 12\)"
    ):
        TemplateDistances(n_bins=5).fit(*histograms())
