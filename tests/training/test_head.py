"""The fit of a new head: the optimum, in the faces' span or not, and what weights and penalties do."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from lamplit.training.head import fit_heads, weights_by_class


def made_up(n: int, d: int) -> tuple[Tensor, Tensor]:
    """Three classes whose means differ, on features of very different scale."""
    generator = torch.Generator().manual_seed(0)
    classes = torch.arange(n) % 3
    means = torch.randn(3, d, generator=generator)
    features = means[classes] + torch.randn(n, d, generator=generator)
    return 5.0 + features * torch.logspace(-2, 2, d), classes


@pytest.mark.parametrize(("n", "d"), [(60, 8), (12, 40)])
@pytest.mark.parametrize("strength", [1e-3, 0.1])
def test_no_step_in_any_direction_lowers_the_loss(n: int, d: int, strength: float) -> None:
    features, classes = made_up(n, d)
    weights = torch.tensor([0.5, 1.0, 2.0])
    (head,) = fit_heads(features, classes, weights, block_widths=[d], strengths=[strength])
    weight = head.weight.double().requires_grad_(True)
    scaled = (features.double() - head.centre) / head.spread
    counts = weights.double()[classes]
    loss = functional.cross_entropy(scaled @ weight.T + head.bias, classes, reduction="none")
    whole = (counts * loss).sum() / counts.sum() + strength / 2 * weight.square().sum()
    whole.backward()
    assert float(weight.grad.abs().max()) < 1e-4
    assert float(weight.detach().abs().max()) > 0.01


def test_every_block_weighs_the_same_whatever_its_width_and_scale() -> None:
    features, classes = made_up(60, 12)
    (head,) = fit_heads(features, classes, torch.ones(3), block_widths=[2, 10], strengths=[0.1])
    scaled = (features - head.centre) / head.spread
    wide = scaled[:, 2:].square().mean(dim=0)
    # Two blocks of energy 1/2; a tenth of the mean deviation is added to each feature's before dividing.
    deviation = features[:, 2:].std(dim=0, correction=0)
    expected = (deviation / (deviation + 0.1 * deviation.mean())).square() / 20
    torch.testing.assert_close(wide, expected, rtol=1e-4, atol=1e-7)
    assert 0.3 < float(scaled[:, :2].square().sum(dim=1).mean()) < 0.5


def test_a_feature_that_never_varies_counts_for_nothing() -> None:
    features, classes = made_up(30, 4)
    features[:, 2] = 7.0
    (head,) = fit_heads(features, classes, torch.ones(3), block_widths=[4], strengths=[0.01])
    assert float(head.weight[:, 2].abs().max()) < 1e-6
    assert torch.isfinite(head.logits(features)).all()


def test_a_stronger_penalty_gives_smaller_weights_in_the_order_asked() -> None:
    features, classes = made_up(60, 8)
    heads = fit_heads(features, classes, torch.ones(3), block_widths=[8], strengths=[0.01, 1.0, 0.1])
    norms = [float(head.weight.norm()) for head in heads]
    assert norms[0] > norms[2] > norms[1]


def test_a_class_without_faces_is_hardly_ever_answered() -> None:
    features, classes = made_up(30, 4)
    some = classes < 2
    (head,) = fit_heads(features[some], classes[some], torch.ones(3), block_widths=[4], strengths=[0.01])
    answers = head.logits(features).softmax(dim=1)
    assert torch.isfinite(answers).all()
    assert float(answers[:, 2].max()) < 0.01


@pytest.mark.parametrize(
    ("balance", "expected"),
    [(0.0, [1.0, 1.0]), (1.0, [5 / 8, 5 / 2]), (0.5, [5 / 6, 5 / 3])],
)
def test_rare_classes_count_more(balance: float, expected: list[float]) -> None:
    # Four faces and one: at 1 both classes weigh 2.5 in sum; at 0.5 the ratio is the root of 4.
    weights = weights_by_class(torch.tensor([0, 0, 0, 0, 1]), 2, balance)
    torch.testing.assert_close(weights, torch.tensor(expected))
