"""Cross-validation chooses what tells the classes apart on faces that were left out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from lamplit.training.choice import Choice, HeadData, choose
from lamplit.training.features import Features
from lamplit.training.finetuning import Finetuning

CLASSES = np.arange(60) % 3
DATA = HeadData(classes=CLASSES, n_classes=3, balance=0.0)
FOLDS = [np.arange(start, 60, 4) for start in range(4)]


def seen(signal: float, copies: int = 2, noise: float = 1.0) -> Features:
    """Six features of which three say the class; the second copy is worse than the first by the noise."""
    generator = torch.Generator().manual_seed(0)
    means = signal * torch.eye(3, 6)[torch.from_numpy(CLASSES)]
    first = means + torch.randn(60, 6, generator=generator)
    others = [means + noise * torch.randn(60, 6, generator=generator) for _ in range(copies - 1)]
    return Features(torch.stack([first, *others]), (6,))


def chosen(**changes: object) -> Choice:
    tuning = dataclasses.replace(Finetuning(copies=(1, 2), strengths=(1e-3, 1e-1)), **changes)  # type: ignore[arg-type]
    return choose(DATA, {48: seen(0.1), 72: seen(2.0)}, FOLDS, tuning, on_step=lambda *_: None)


def test_the_size_that_tells_the_classes_apart_is_chosen() -> None:
    choice = chosen()
    assert choice.size == 72
    assert choice.accuracy > 0.6
    assert len(choice.tried) == 2 * 2 * 2
    assert min(row["log_loss"] for row in choice.tried) == choice.log_loss
    poor = [row["accuracy"] for row in choice.tried if row["size"] == 48]
    assert max(poor) < choice.accuracy


def test_copies_that_mislead_are_not_taken() -> None:
    features = {48: seen(2.0, noise=30.0)}
    tuning = Finetuning(copies=(1, 2), strengths=(1e-2,))
    assert choose(DATA, features, FOLDS, tuning, on_step=lambda *_: None).copies == 1
    features = {48: seen(2.0, noise=1.0)}
    assert choose(DATA, features, FOLDS, tuning, on_step=lambda *_: None).copies == 2


def test_the_temperature_makes_weak_heads_surer() -> None:
    weak, strong = chosen(strengths=(1.0,)), chosen(strengths=(1e-4,))
    assert weak.temperature < 1 < strong.temperature


def test_few_faces_leave_the_temperature_at_one() -> None:
    folds = [fold[:4] for fold in FOLDS]
    choice = choose(DATA, {72: seen(2.0)}, folds, Finetuning(copies=(1,)), on_step=lambda *_: None)
    assert choice.temperature == 1.0


def test_faces_in_no_fold_take_no_part() -> None:
    features = seen(2.0)
    folds = [fold[:6] for fold in FOLDS]
    first = choose(DATA, {72: features}, folds, Finetuning(copies=(1,)), on_step=lambda *_: None)
    spoilt = features.values.clone()
    spoilt[:, np.setdiff1d(np.arange(60), np.concatenate(folds))] = 1e3
    again = choose(
        DATA, {72: Features(spoilt, (6,))}, folds, Finetuning(copies=(1,)), on_step=lambda *_: None
    )
    assert again == first


def test_progress_counts_settings() -> None:
    told: list[tuple[str, int, int]] = []
    tuning = Finetuning(copies=(1, 2), strengths=(0.1,))
    choose(DATA, {72: seen(2.0)}, FOLDS, tuning, on_step=lambda *step: told.append(step))
    assert [step[1:] for step in told] == [(1, 2), (2, 2)]


@pytest.mark.parametrize("balance", [0.0, 1.0])
def test_balance_moves_answers_towards_rare_classes(balance: float) -> None:
    few = np.flatnonzero((CLASSES != 2) | (np.arange(60) % 4 == 0))
    features = Features(seen(1.0).values[:, few], (6,))
    data = HeadData(classes=CLASSES[few], n_classes=3, balance=balance)
    (head,) = data.heads(features, np.arange(len(few)), [1e-2], copies=1)
    answered = float((head.logits(features.values[0]).argmax(dim=1) == 2).float().mean())
    assert (answered > 0.2) == (balance == 1.0)
