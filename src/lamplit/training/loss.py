"""The loss: cross-entropy against soft targets, with class weights or logit adjustment where wanted."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from lamplit.datasets.sampling import class_weights, log_priors
from lamplit.training.balance import Balance


@dataclass(frozen=True, slots=True)
class ExpressionLoss:
    """Cross-entropy of logits against shares of votes.

    Parameters
    ----------
    weights : Tensor of shape (K,), float32, or None
        How much each class counts.
    offsets : Tensor of shape (K,), float32, or None
        What is added to the logits while training.

    Notes
    -----
    For a batch of n faces with targets q, logits z and p = softmax(z + offsets)::

        loss = -1/n * sum over faces i and classes k of  w_k q_ik log p_ik

    The sum is divided by the number of faces, not by that of the weights in the batch: so the loss of a large
    batch is the mean of those of its parts, and a face counts the same whoever stands beside it. With the
    weights of `loss_for` the mean over the training faces of the sum over k of w_k q_ik is 1. Where one class
    has all of a face's votes, the face counts w_k times; where people disagreed, the network is drawn
    towards the shares w_k q_k / sum over j of w_j q_j: rare readings are believed more.

    References
    ----------
    Menon et al. (2021), Long-tail learning via logit adjustment, equation 10, arXiv:2007.07314: with the
    classes' log shares as offsets, the logits themselves answer as if all classes were equally frequent.

    Examples
    --------
    >>> loss = ExpressionLoss(torch.tensor([0.5, 2.0]), None)
    >>> round(loss(torch.zeros(1, 2), torch.tensor([[0.5, 0.5]])).item(), 4)  # 1.25 ln 2
    0.8664
    """

    weights: Tensor | None = None
    offsets: Tensor | None = None

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss of a batch: logits and targets of shape (n, K) to a number."""
        return functional.cross_entropy(self.as_trained(logits), targets, weight=self.weights)

    def as_trained(self, logits: Tensor) -> Tensor:
        """Return the logits whose probabilities the targets are compared with."""
        return logits if self.offsets is None else logits + self.offsets


def loss_for(balance: Balance, targets: Tensor) -> ExpressionLoss:
    """Return the loss of a training.

    Parameters
    ----------
    balance : Balance
        How strongly classes are weighed and logits adjusted.
    targets : Tensor of shape (N, K), float32
        The targets of all training faces; their mean is the classes' shares.

    Returns
    -------
    ExpressionLoss
        On the device of the targets; with nothing to balance the plain cross-entropy, to the last bit.

    Examples
    --------
    >>> targets = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> loss_for(Balance(class_weights=0.5), targets).weights
    tensor([0.8453, 1.4641])
    """
    if not balance.class_weights and not balance.logit_adjustment:
        return ExpressionLoss()
    shares = targets.cpu().double().mean(dim=0).numpy()
    weights = class_weights(shares, strength=balance.class_weights) if balance.class_weights else None
    priors = log_priors(shares, least=1.0 / len(targets)) if balance.logit_adjustment else None
    return ExpressionLoss(
        None if weights is None else torch.from_numpy(weights).to(targets.device),
        None if priors is None else torch.from_numpy(balance.logit_adjustment * priors).to(targets.device),
    )
