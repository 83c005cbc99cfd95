"""The bootstrap interval of an accuracy: how far a published number may be off by chance."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.report.scores import IntervalDict


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of a share in [0, 1].

    Parameters
    ----------
    low, high : float
        Its ends.
    level : float
        The confidence that it was made for, such as 0.95.

    Examples
    --------
    >>> Interval(0.8, 0.9, 0.95).as_dict()
    {'low': 0.8, 'high': 0.9, 'level': 0.95}
    """

    low: float
    high: float
    level: float

    def as_dict(self) -> IntervalDict:
        """Return the ends and the level by name."""
        return {"low": self.low, "high": self.high, "level": self.level}


def bootstrap_interval(
    correct: AnyArray,
    *,
    rng: np.random.Generator,
    people: Sequence[Hashable] | None = None,
    n_resamples: int = 10_000,
    level: float = 0.95,
) -> Interval:
    """Return the percentile bootstrap interval of an accuracy.

    Parameters
    ----------
    correct : ndarray of shape (n_faces,), bool
        Whether each face was named rightly.
    rng : numpy.random.Generator
        Source of the resamples; the same state gives the same interval.
    people : sequence of n_faces hashable, optional
        Who each face is. Faces of one person are more alike than those of two, so then whole people are
        drawn, and the interval is about the choice of people.
    n_resamples : int
        Number of resamples.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Interval
        The (1 - level) / 2 and (1 + level) / 2 quantiles of the resampled accuracies.

    Raises
    ------
    InvalidArgumentError
        If there is no face, `correct` is not a row of truth values, a number is out of range, or there is not
        one person for each face.

    Notes
    -----
    Drawing n faces with replacement, of which k are right, and counting the right ones is drawing from the
    binomial distribution of n and k / n; that is what is done, so the cost does not grow with n. The interval
    is about the choice of faces alone, not about the training seed, and where all faces or none are right it
    shrinks to a point, which is too sure of itself.

    References
    ----------
    B. Efron (1979), Bootstrap methods: another look at the jackknife, doi:10.1214/aos/1176344552;
    C. A. Field, A. H. Welsh (2007), on drawing whole clusters, doi:10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_interval(np.ones(10, bool), rng=np.random.default_rng(0))
    Interval(low=1.0, high=1.0, level=0.95)
    """
    right = np.asarray(correct)
    if right.ndim != 1 or right.dtype != np.bool_ or right.size == 0:
        came = f"shape {right.shape}, dtype {right.dtype}"
        raise InvalidArgumentError("correct", "a row of at least one truth value", came)
    if n_resamples < 1:
        raise InvalidArgumentError("n_resamples", "at least one", str(n_resamples))
    if not 0.0 < level < 1.0:
        raise InvalidArgumentError("level", "a number between 0 and 1", str(level))
    if people is None:
        resampled = rng.binomial(right.size, right.mean(), size=n_resamples) / right.size
    else:
        resampled = _of_whole_people(right, people, rng, n_resamples)
    low, high = np.quantile(resampled, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(float(low), float(high), level)


def _of_whole_people(
    right: AnyArray, people: Sequence[Hashable], rng: np.random.Generator, n_resamples: int
) -> AnyArray:
    """Return the accuracies of resamples in which each person comes with all faces, or not at all."""
    if len(people) != right.size:
        raise InvalidArgumentError("people", f"one for each of {right.size:,} faces", f"{len(people):,}")
    numbers = {person: number for number, person in enumerate(dict.fromkeys(people))}
    person = np.array([numbers[name] for name in people])
    faces, hits = np.bincount(person), np.bincount(person, weights=right)  # (n_people,) each
    drawn = rng.multinomial(len(faces), np.full(len(faces), 1 / len(faces)), size=n_resamples)
    accuracies: AnyArray = (drawn @ hits) / (drawn @ faces)
    return accuracies
