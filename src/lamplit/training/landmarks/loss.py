"""What landmark networks minimise: the negative log-likelihood of points with a spread, and of a face."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from lamplit.nets.landmarks import LandmarkAnswer
from lamplit.training.landmarks.crops import CropBatch


def laplace_loss(points: Tensor, log_spread: Tensor, targets: Tensor) -> Tensor:
    """Return the negative log-likelihood of points whose x and y follow Laplace distributions.

    Parameters
    ----------
    points : Tensor of shape (N, K, 2)
        Predicted means.
    log_spread : Tensor of shape (N, K)
        Natural logarithm of the predicted standard deviation of x, and of y.
    targets : Tensor of shape (N, K, 2)
        Where the points are.

    Returns
    -------
    Tensor of shape (N, K)
        |dx| / b + |dy| / b + 2 log(2 b), where b = spread / sqrt(2): a Laplace distribution has the standard
        deviation sqrt(2) b. It forgives a far outlier more than a Gaussian does, and some points are wrong.

    Examples
    --------
    >>> zero = torch.zeros(1, 1, 2)
    >>> spread = torch.full((1, 1), math.log(math.sqrt(2) / 2))  # b = 1/2: log(2 b) = 0
    >>> laplace_loss(zero, spread, zero + 0.25).item()  # |0.25| / 0.5, twice
    1.0
    """
    log_scale = log_spread - 0.5 * math.log(2.0)
    distance = (points - targets).abs().sum(dim=2)  # (N, K)
    return distance * torch.exp(-log_scale) + 2.0 * (math.log(2.0) + log_scale)


def landmark_loss(answer: LandmarkAnswer, batch: CropBatch, *, tempering: float, face_share: float) -> Tensor:
    """Return the loss of a batch.

    Parameters
    ----------
    answer : LandmarkAnswer
        What the network said.
    batch : CropBatch
        What is true, and how far points count.
    tempering : float
        Each point's likelihood is weighted by its spread to this power, over the mean of those weights. At 0
        doubtful points hardly move any more; at 1 all errors pull alike.
    face_share : float
        Weight of the cross-entropy of there being a face.

    Returns
    -------
    Tensor of shape ()
        The mean over points that count, and over crops.

    References
    ----------
    Seitzer, Tavakoli, Antic, Martius (2022), arXiv:2203.09168, equation 5.
    """
    likelihood = laplace_loss(answer.points, answer.log_spread, batch.points)
    patience = torch.exp(tempering * answer.log_spread.detach())  # (N, K)
    weights = patience * batch.weights[:, None]
    total = weights.sum().clamp(min=1e-12)
    face = functional.binary_cross_entropy_with_logits(answer.face, batch.is_face)
    return (weights * likelihood).sum() / total + face_share * face
