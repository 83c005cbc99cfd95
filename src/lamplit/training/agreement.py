"""Two views of each face in one step: a network learns to say the same of both."""

from __future__ import annotations

import torch
from torch import Tensor


def with_mirror_images(images: Tensor) -> Tensor:
    """Return faces, and after them their mirror images.

    Parameters
    ----------
    images : Tensor of shape (N, C, H, W)
        Faces.

    Returns
    -------
    Tensor of shape (2 N, C, H, W)
        Row N + n is the mirror image of row n.

    Examples
    --------
    >>> with_mirror_images(torch.tensor([[[[1.0, 2.0]]]])).flatten().tolist()
    [1.0, 2.0, 2.0, 1.0]
    """
    return torch.cat([images, images.flip(3)])


def agreed_targets(targets: Tensor, logits: Tensor, share: float) -> Tensor:
    """Mix into targets what a network says of two views of a face, in the mean.

    Parameters
    ----------
    targets : Tensor of shape (N, K), float
        Of the faces.
    logits : Tensor of shape (2 N, K), float
        What the network says of two views of each, those of row n and row N + n; no gradient goes through.
    share : float
        Share of the network's own mean, in [0, 1].

    Returns
    -------
    Tensor of shape (2 N, K), float
        The same target for both views of a face. The mean of the two is mostly the better answer, so the
        network is its own teacher, in whatever light the face is shown.

    References
    ----------
    Sajjadi, Javanmardi, Tasdizen (2016), Regularization with stochastic transformations and perturbations for
    deep semi-supervised learning, arXiv:1606.04586, asks views of a picture for one answer; Hinton, Vinyals,
    Dean (2015), arXiv:1503.02531, takes the mean of several answers as target.

    Examples
    --------
    A network that is sure of opposite things meets itself in the middle:

    >>> logits = torch.tensor([[50.0, 0.0], [0.0, 50.0]])
    >>> agreed_targets(torch.tensor([[1.0, 0.0]]), logits, 0.5).tolist()
    [[0.75, 0.25], [0.75, 0.25]]
    """
    said = logits.detach().softmax(dim=1)
    mean = (said[: len(targets)] + said[len(targets) :]) / 2
    return torch.lerp(targets, mean, share).repeat(2, 1)
