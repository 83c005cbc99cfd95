"""A new head on features that stay: logistic regression with a penalty, fitted to the optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from lamplit.datasets.sampling import class_weights

STEPS = 200
"""Most steps of L-BFGS; it needs 20 to 80."""

QUIET_SHARE = 0.1
"""Added to each feature's deviation, as a share of the block's mean: what hardly varies is not blown up."""

OFFSET_PENALTY = 1e-6
"""On the offsets: so small that it shows only where a label has no face at all."""


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer over centred and scaled features.

    Parameters
    ----------
    centre, spread : Tensor of shape (D,)
        What is subtracted from the features, and what they are then divided by.
    weight : Tensor of shape (K, D)
        Weights over the scaled features.
    bias : Tensor of shape (K,)
        Offsets.
    """

    centre: Tensor
    spread: Tensor
    weight: Tensor
    bias: Tensor

    def logits(self, features: Tensor) -> Tensor:
        """Return (N, K) logits of (N, D) features."""
        return (features - self.centre) / self.spread @ self.weight.T + self.bias


def fit_heads(
    features: Tensor,
    classes: Tensor,
    weights: Tensor,
    *,
    block_widths: Sequence[int],
    strengths: Sequence[float],
) -> list[Head]:
    """Fit a head for each strength of the penalty.

    Parameters
    ----------
    features : Tensor of shape (N, D)
        Features of faces, block after block.
    classes : Tensor of shape (N,), int64
        The true class of each.
    weights : Tensor of shape (K,)
        How much a face of each class counts; its length is the number of classes.
    block_widths : sequence of int
        How many of the features belong to each block; they sum to D.
    strengths : sequence of float
        Penalties.

    Returns
    -------
    list of Head
        One for each strength, float32.

    Notes
    -----
    Minimises mean(w_y * cross-entropy) + strength / 2 * ||W||^2, where features are scaled so that every
    block has a mean square of 1 divided by the number of blocks. The optimum lies in the span of the faces,
    so with fewer faces than features it is sought there, which gives the same heads in less time.

    References
    ----------
    Hastie, Tibshirani, Friedman (2009), The elements of statistical learning, sections 4.4 and 18.3.5,
    doi:10.1007/978-0-387-84858-7.

    Examples
    --------
    >>> features = torch.tensor([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0]])
    >>> classes, weights = torch.tensor([0, 0, 1, 1]), torch.ones(2)
    >>> head, = fit_heads(features, classes, weights, block_widths=[2], strengths=[0.01])
    >>> head.logits(features).argmax(dim=1).tolist()
    [0, 0, 1, 1]
    """
    precise = features.double()
    centre = precise.mean(dim=0)
    spread = _spread(precise - centre, block_widths)
    scaled = (precise - centre) / spread
    basis = _span(scaled)
    inside = scaled @ basis  # (N, R)
    counts = weights.double()[classes]
    coefficients = torch.zeros(basis.shape[1] + 1, len(weights), dtype=torch.float64)
    heads = {}
    for strength in sorted(strengths, reverse=True):  # each starts where the stronger penalty ended
        coefficients = _optimum(inside, classes, counts / counts.sum(), strength, coefficients)
        weight = (basis @ coefficients[:-1]).T
        parts = (centre, spread, weight, coefficients[-1])
        heads[strength] = Head(*(part.float() for part in parts))
    return [heads[strength] for strength in strengths]


def _spread(centred: Tensor, block_widths: Sequence[int]) -> Tensor:
    """Return what each feature is divided by, so that all blocks weigh the same."""
    deviation = centred.square().mean(dim=0).sqrt()
    parts = []
    for block in torch.split(deviation, list(block_widths)):
        floor = QUIET_SHARE * block.mean() + 1e-12
        parts.append((block + floor) * (len(block) * len(block_widths)) ** 0.5)
    return torch.cat(parts)


def _span(scaled: Tensor) -> Tensor:
    """Return an orthonormal basis of the space in which the optimum lies; shape (D, R)."""
    n, d = scaled.shape
    if n >= d:
        return torch.eye(d, dtype=scaled.dtype)
    values, vectors = torch.linalg.eigh(scaled @ scaled.T)  # (N,), (N, N)
    kept = values > 1e-10 * values[-1]
    basis: Tensor = scaled.T @ vectors[:, kept] / values[kept].sqrt()
    return basis


def _optimum(inside: Tensor, classes: Tensor, shares: Tensor, strength: float, start: Tensor) -> Tensor:
    """Return coefficients (R + 1, K), the offsets last."""
    coefficients = start.clone().requires_grad_(True)
    search = torch.optim.LBFGS(
        [coefficients], max_iter=STEPS, tolerance_grad=1e-8, history_size=20, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        search.zero_grad()
        logits = inside @ coefficients[:-1] + coefficients[-1]
        value = (shares * functional.cross_entropy(logits, classes, reduction="none")).sum()
        value = value + strength / 2 * coefficients[:-1].square().sum()
        value = value + OFFSET_PENALTY / 2 * coefficients[-1].square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    search.step(loss)  # type: ignore[no-untyped-call]
    return coefficients.detach()


def weights_by_class(classes: Tensor, n_classes: int, balance: float) -> Tensor:
    """Return how much a face of each class counts.

    Parameters
    ----------
    classes : Tensor of shape (N,), int64
        The class of each face.
    n_classes : int
        Number of classes.
    balance : float
        0: all faces count the same; 1: all classes count the same in sum.

    Returns
    -------
    Tensor of shape (K,), float32
        Inverse frequencies to the power of `balance`; their mean over the faces is 1.

    Examples
    --------
    >>> weights_by_class(torch.tensor([0, 0, 0, 1]), 2, 1.0)
    tensor([0.6667, 2.0000])
    """
    shares = torch.bincount(classes, minlength=n_classes).double() / len(classes)
    weights = class_weights(shares.cpu().numpy(), strength=balance)
    return torch.from_numpy(weights).to(classes.device)
