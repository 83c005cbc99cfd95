"""The likelihood against its formula, what doubtful points weigh, and who is asked for a face."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Laplace

from lamplit.nets.landmarks import LandmarkAnswer
from lamplit.training.landmarks.crops import CropBatch
from lamplit.training.landmarks.loss import landmark_loss, laplace_loss


def test_the_likelihood_is_that_of_two_laplace_distributions() -> None:
    generator = torch.Generator().manual_seed(0)
    points, targets = torch.rand(2, 3, 5, 2, generator=generator)
    spread = 0.01 + torch.rand(3, 5, generator=generator)
    expected = -Laplace(points, (spread / math.sqrt(2))[..., None]).log_prob(targets).sum(dim=2)
    torch.testing.assert_close(laplace_loss(points, spread.log(), targets), expected)


def test_the_spread_that_fits_best_is_that_of_the_errors() -> None:
    # Of Laplace the mean distance is b: with |dx| = |dy| = 0.1 the best b is 0.1, the spread 0.1 sqrt(2).
    spreads = torch.linspace(0.05, 0.4, 351)
    off = torch.full((351, 1, 2), 0.1)
    losses = laplace_loss(torch.zeros_like(off), spreads.log()[:, None], off)
    assert float(spreads[losses[:, 0].argmin()]) == pytest.approx(0.1 * math.sqrt(2), abs=0.001)


def batch(off: torch.Tensor, weights: list[float]) -> CropBatch:
    n = len(weights)
    is_face = torch.tensor(weights) > 0
    return CropBatch(torch.zeros(n, 1, 8, 8), off, torch.tensor(weights), is_face.float())


def answer(log_spread: torch.Tensor, face: torch.Tensor) -> LandmarkAnswer:
    return LandmarkAnswer(torch.zeros(*log_spread.shape, 2, requires_grad=True), log_spread, face)


def test_tempering_weights_doubtful_points_more_and_passes_no_gradient() -> None:
    log_spread = torch.tensor([[math.log(0.01), math.log(0.04)]], requires_grad=True)
    off = torch.full((1, 2, 2), 0.02)
    for tempering, ratio in ((0.0, 4.0), (0.5, 2.0), (1.0, 1.0)):
        said = answer(log_spread, torch.zeros(1))
        landmark_loss(said, batch(off, [1.0]), tempering=tempering, face_share=0.0).backward()
        pull = said.points.grad[0, :, 0]  # type: ignore[index]
        # The pull of an error is 1 / b, times b to the power of the tempering.
        assert float(pull[0] / pull[1]) == pytest.approx(ratio, rel=1e-4)


def test_only_faces_have_points_and_the_score_says_how_far() -> None:
    log_spread = torch.full((3, 2), math.log(math.sqrt(2) / 2))  # b = 1/2: the likelihood is 2 (|dx| + |dy|)
    off = torch.stack([torch.full((2, 2), value) for value in (0.1, 0.2, 9.0)])
    given = batch(off, [1.0, 0.5, 0.0])
    loss = landmark_loss(answer(log_spread, torch.zeros(3)), given, tempering=0.5, face_share=0.0)
    assert loss.item() == pytest.approx((1.0 * 0.4 + 0.5 * 0.8) / 1.5, rel=1e-5)


def test_the_face_is_a_cross_entropy() -> None:
    log_spread = torch.full((2, 2), math.log(math.sqrt(2) / 2))
    given = batch(torch.zeros(2, 2, 2), [1.0, 0.0])
    said = answer(log_spread, torch.tensor([math.log(3.0), math.log(3.0)]))  # 3 : 1 for a face, twice
    loss = landmark_loss(said, given, tempering=0.0, face_share=2.0)
    assert loss.item() == pytest.approx(2.0 * -(math.log(0.75) + math.log(0.25)) / 2, rel=1e-5)


def test_a_batch_without_faces_has_a_loss_all_the_same() -> None:
    said = answer(torch.zeros(1, 2), torch.zeros(1))
    loss = landmark_loss(said, batch(torch.zeros(1, 2, 2), [0.0]), tempering=0.5, face_share=1.0)
    assert loss.item() == pytest.approx(math.log(2.0))
