"""A network put into 8 bits anew says of real faces what it says in float."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.datasets import FerPlus, read_ferplus
from lamplit.expression import ExpressionClassifier
from lamplit.training.quantized import publish_quantized
from lamplit.weights.registry import FLOAT_EXPRESSION

N_RANGES, N_COMPARED = 200, 400


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> FerPlus:
    return read_ferplus(data_dir, "validation")


def test_answers_agree_with_those_in_float(faces: FerPlus, tmp_path: Path) -> None:
    # Ranges from some faces, which the card calls by their split, and answers on others.
    some = faces.subset(np.arange(N_RANGES))
    others = faces.images[N_RANGES : N_RANGES + N_COMPARED]
    card = publish_quantized(FLOAT_EXPRESSION, some, tmp_path, n_faces=N_RANGES)
    before = ExpressionClassifier(FLOAT_EXPRESSION, threads=1)
    after = ExpressionClassifier(tmp_path / card.file, threads=1)
    assert card.parameters == before.card.parameters
    assert card.size_bytes < 0.3 * before.card.size_bytes
    expected, answered = before.predict_proba(others), after.predict_proba(others)
    assert (expected.argmax(axis=1) == answered.argmax(axis=1)).mean() >= 0.98
    assert np.abs(expected - answered).mean() < 0.005
    assert np.abs(expected - answered).max() < 0.5
