"""How often each face is seen: weights that balance expressions, lights, people or all of them at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.labelled import NOBODY

ROUNDS = 200
"""Rounds of raking at most; real factors settle in fewer than twenty."""

SETTLED = 1e-9
"""Raking ends when no group's share moves by more than this."""


def balanced_weights(
    factors: Sequence[AnyArray], *, strength: float = 1.0, beta: float = 1.0, most: float = math.inf
) -> NDArray[np.float64]:
    """Weigh faces so that the groups of every factor are balanced.

    Parameters
    ----------
    factors : sequence of ndarray of shape (N,), integer or text
        The group of each face, once for each thing to balance over: its expression, its light, its person.
    strength : float
        From 0, as the data are, to 1, every group of a factor alike; 0.5 is the square-root smoothing.
    beta : float
        In [0, 1]. Below 1, a group of n faces counts as its effective number (1 - beta^n) / (1 - beta):
        beyond about 1 / (1 - beta) faces, more of them add little that is new.
    most : float
        At least 1: no face weighs more than this; what is cut off goes to the others in proportion. Without
        it a face that is alone in its group may be seen a hundred times an epoch.

    Returns
    -------
    ndarray of shape (N,), float64
        How often each face is to be seen, relative to the others; their mean is 1.

    Raises
    ------
    InvalidArgumentError
        If there is no factor, factors have different lengths or no face, or a number is out of range.

    Notes
    -----
    A group of n of N faces with the effective number e gets a share of all views in proportion to
    n e^-strength; with beta = 1 that is n^(1 - strength). With one factor each face of the group therefore
    weighs e^-strength. With several factors, weights are raked (iterative proportional fitting): scaled to
    the shares of one factor after the other until all hold. That balances each factor by itself without
    asking that rare groups meet, as contempt in the dark, be as frequent as common ones.

    References
    ----------
    Kang et al. (2020), Decoupling representation and classifier, arXiv:1910.09217, for the exponent;
    Mahajan et al. (2018), doi:10.1007/978-3-030-01216-8_12, for the square root; Cui et al. (2019),
    doi:10.1109/CVPR.2019.00949, for effective numbers; Deming and Stephan (1940),
    doi:10.1214/aoms/1177731829, for raking.

    Examples
    --------
    >>> groups = np.array(["calm", "calm", "calm", "happy"])
    >>> balanced_weights([groups]).round(3).tolist()  # three to one: the one is seen as often as the three
    [0.667, 0.667, 0.667, 2.0]
    >>> balanced_weights([groups], strength=0.0).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    _check_share("strength", strength)
    _check_share("beta", beta)
    if not most >= 1:
        raise InvalidArgumentError("most", "a number of at least 1", repr(most))
    groups = [_numbered(factor) for factor in factors]
    if not groups or len({len(group) for group in groups}) != 1 or not len(groups[0]):
        raise InvalidArgumentError(
            "factors", "groups of the same faces, at least one face", f"lengths {[len(g) for g in groups]}"
        )
    targets = [_target_shares(np.bincount(group), strength, beta) for group in groups]
    weights = np.ones(len(groups[0]))
    for _ in range(ROUNDS):
        before = weights.copy()
        for group, target in zip(groups, targets, strict=True):
            weights *= (target / np.bincount(group, weights))[group]  # (N,)
        if np.abs(weights - before).max() * len(weights) < SETTLED:
            break
    return _trimmed(weights * len(weights), most)


def effective_number(counts: AnyArray, beta: float) -> NDArray[np.float64]:
    """Return the effective number of faces in groups.

    Parameters
    ----------
    counts : ndarray of shape (G,), integer
        Faces in each group.
    beta : float
        In [0, 1]: 0 counts every group as one face, 1 counts every face.

    Returns
    -------
    ndarray of shape (G,), float64
        (1 - beta^n) / (1 - beta).

    References
    ----------
    Cui et al. (2019), equation 2, doi:10.1109/CVPR.2019.00949.

    Examples
    --------
    >>> effective_number(np.array([1, 2, 100]), 0.5).round(3).tolist()
    [1.0, 1.5, 2.0]
    """
    numbers = np.asarray(counts, np.float64)
    if beta == 1:
        return numbers
    effective: NDArray[np.float64] = (1.0 - beta**numbers) / (1.0 - beta)
    return effective


def person_groups(people: Sequence[str]) -> IntArray:
    """Return the people that pictures show as numbers, a factor to balance over.

    Parameters
    ----------
    people : sequence of str
        Who each picture shows; "" where that is not known.

    Returns
    -------
    ndarray of shape (N,), int64
        The same number for the same person. Somebody unknown counts as a person of their own in each picture.

    Examples
    --------
    >>> person_groups(["Ann", "", "Bob", "Ann", ""]).tolist()
    [0, 1, 2, 0, 4]
    """
    first: dict[str, int] = {}
    numbers = [
        place if person == NOBODY else first.setdefault(person, place) for place, person in enumerate(people)
    ]
    return np.array(numbers, dtype=np.int64)


def class_weights(shares: AnyArray, *, strength: float = 1.0) -> FloatArray:
    """Weigh classes in a loss by a power of how rare they are.

    Parameters
    ----------
    shares : ndarray of shape (K,), float
        Share of each class among the training targets, soft ones included; they sum to 1.
    strength : float
        From 0, all alike, to 1, inversely to the share.

    Returns
    -------
    ndarray of shape (K,), float32
        w_k = p_k^-strength / sum over j of p_j^(1 - strength), so that the mean weight of the training
        targets, the sum of p_k w_k, is 1 and the loss keeps its scale. A class that no face has weighs 1.

    Raises
    ------
    InvalidArgumentError
        If the shares do not sum to 1 or the strength is out of range.

    Examples
    --------
    >>> class_weights(np.array([0.8, 0.2])).tolist()
    [0.625, 2.5]
    >>> class_weights(np.array([0.8, 0.2]), strength=0.0).tolist()
    [1.0, 1.0]
    """
    _check_share("strength", strength)
    parts = _checked_shares(shares)
    there = parts > 0
    raised = np.power(parts, -strength, where=there, out=np.ones_like(parts))
    weights = np.where(there, raised / (parts * raised)[there].sum(), 1.0)
    return weights.astype(np.float32)


def log_priors(shares: AnyArray, *, least: float) -> FloatArray:
    """Return the logarithms of classes' shares, which logit adjustment adds to logits.

    Parameters
    ----------
    shares : ndarray of shape (K,), float
        Share of each class among the training targets; they sum to 1.
    least : float
        What a rarer class counts as: one face of N is 1 / N.

    Returns
    -------
    ndarray of shape (K,), float32
        Natural logarithms, at most 0.

    Raises
    ------
    InvalidArgumentError
        If the shares do not sum to 1.

    References
    ----------
    Menon et al. (2021), Long-tail learning via logit adjustment, equation 10, arXiv:2007.07314.

    Examples
    --------
    >>> log_priors(np.array([1.0, 0.0]), least=np.exp(-2)).tolist()
    [0.0, -2.0]
    """
    priors: FloatArray = np.log(np.maximum(_checked_shares(shares), least)).astype(np.float32)
    return priors


def _numbered(factor: AnyArray) -> IntArray:
    """Return the groups as numbers from 0."""
    numbers: IntArray = np.unique(np.asarray(factor), return_inverse=True)[1].reshape(-1)
    return numbers


def _target_shares(counts: IntArray, strength: float, beta: float) -> NDArray[np.float64]:
    """Return the share of all views that each group is to have."""
    wanted = counts * effective_number(counts, beta) ** -strength
    shares: NDArray[np.float64] = wanted / wanted.sum()
    return shares


def _trimmed(weights: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """Return weights of mean 1 of which none is above a limit."""
    while weights.max() > most * (1 + SETTLED):
        at_most = weights >= most
        rest = len(weights) - most * at_most.sum()
        # Those below share what is left, and some of them may reach the limit by that.
        weights = np.where(at_most, most, weights * (rest / max(weights[~at_most].sum(), SETTLED)))
    return weights


def _check_share(name: str, value: float) -> None:
    """Refuse what is not within [0, 1]."""
    if not 0 <= value <= 1:
        raise InvalidArgumentError(name, "a number from 0 to 1", repr(value))


def _checked_shares(shares: AnyArray) -> NDArray[np.float64]:
    """Return shares in double precision if they are shares."""
    parts = np.asarray(shares, np.float64)
    if parts.ndim != 1 or not (parts >= 0).all() or abs(parts.sum() - 1) > 1e-3:
        raise InvalidArgumentError("shares", "numbers of 0 or more that sum to 1", f"{parts.tolist()}")
    return parts
