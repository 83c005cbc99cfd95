"""The loss by hand: soft targets, class weights, logit adjustment."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from lamplit.training.balance import Balance
from lamplit.training.loss import ExpressionLoss, loss_for

TARGETS = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.8, 0.2], [0.2, 0.8]])  # shares 3/4 and 1/4
LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.5, 0.5], [-1.0, 1.0]])


def test_with_nothing_to_balance_it_is_the_plain_cross_entropy_to_the_last_bit() -> None:
    loss = loss_for(Balance(sampling=1.0), TARGETS)
    assert torch.equal(loss(LOGITS, TARGETS), functional.cross_entropy(LOGITS, TARGETS))


def test_the_weighted_sum_by_hand() -> None:
    loss = loss_for(Balance(class_weights=1.0), TARGETS)
    assert loss.weights is not None
    assert loss.weights.tolist() == pytest.approx([2 / 3, 2])
    by_hand = 0.0
    for logits, targets in zip(LOGITS.tolist(), TARGETS.tolist(), strict=True):
        total = sum(math.exp(z) for z in logits)
        parts = zip((2 / 3, 2), targets, logits, strict=True)
        by_hand -= sum(w * q * math.log(math.exp(z) / total) for w, q, z in parts)
    assert float(loss(LOGITS, TARGETS)) == pytest.approx(by_hand / 4, rel=1e-6)


def test_what_knows_nothing_loses_as_much_as_without_weights() -> None:
    # The mean weight of the training targets is 1, so the scale of the loss stays: here ln 2.
    for strength in (0.25, 0.5, 1.0):
        loss = loss_for(Balance(class_weights=strength), TARGETS)
        assert float(loss(torch.zeros(4, 2), TARGETS)) == pytest.approx(math.log(2), rel=1e-6)


def test_the_loss_of_a_batch_is_the_mean_of_its_parts() -> None:
    loss = loss_for(Balance(class_weights=1.0), TARGETS)
    parts = [float(loss(LOGITS[half], TARGETS[half])) for half in (slice(0, 2), slice(2, 4))]
    assert float(loss(LOGITS, TARGETS)) == pytest.approx(sum(parts) / 2, rel=1e-6)


def test_the_best_answer_is_the_weighted_shares() -> None:
    loss = ExpressionLoss(torch.tensor([0.5, 2.0]), None)
    target = torch.tensor([[0.8, 0.2]])  # weighted 0.4 and 0.4
    even, true = (float(loss(torch.tensor([p]).log(), target)) for p in ([0.5, 0.5], [0.8, 0.2]))
    assert even < true


def test_adjusted_logits_answer_as_if_classes_were_equally_frequent() -> None:
    loss = loss_for(Balance(logit_adjustment=1.0), TARGETS)
    assert loss.offsets is not None
    assert loss.offsets.tolist() == pytest.approx([math.log(3 / 4), math.log(1 / 4)])
    # Whoever knows nothing of a face has learnt the shares in plain training; here logits of zero say them.
    nothing, shares = torch.zeros(1, 2), torch.tensor([[0.75, 0.25]])
    assert float(loss(nothing, shares)) == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))


def test_half_an_adjustment_is_half_the_logarithm() -> None:
    half, whole = (loss_for(Balance(logit_adjustment=tau), TARGETS).offsets for tau in (0.5, 1.0))
    assert half is not None
    assert whole is not None
    torch.testing.assert_close(2 * half, whole)


def test_a_class_that_no_face_has_changes_nothing() -> None:
    targets = torch.cat([TARGETS, torch.zeros(4, 1)], dim=1)
    loss = loss_for(Balance(class_weights=1.0, logit_adjustment=1.0), targets)
    assert loss.weights is not None
    assert loss.offsets is not None
    assert loss.weights.tolist() == pytest.approx([2 / 3, 2, 1])
    assert loss.offsets[2].item() == pytest.approx(math.log(1 / 4)), "as rare as one face"
