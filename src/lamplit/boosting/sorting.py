"""Features sorted once, so that each round of boosting looks at every threshold in one pass."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError

EQUAL_WITHIN = np.float32(1e-7)
"""Neighbours no further apart than this, in float32, count as one value, as in scikit-learn's trees."""

_BLOCK_VALUES = 1 << 21


class FeatureSource(Protocol):
    """Values of features that are calculated when they are asked for, so that nobody has to hold them all."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of features."""

    def columns(self, start: int, stop: int) -> AnyArray:
        """Return the values of features start to stop for every sample, (n_samples, stop - start)."""


@dataclass(frozen=True, slots=True, eq=False)
class SortedFeatures:
    """The samples in the order of each feature's values.

    Parameters
    ----------
    order : ndarray of shape (n_features, n_samples), uint16 or uint32
        Sample numbers by rising value. The top bit says that no threshold can stand behind that sample,
        because the next one has the same value or there is none.
    values : FeatureSource
        Where values come from: a matrix, or what calculates them again.
    n_jobs : int
        How many threads share the features.

    Notes
    -----
    Two bytes per value for up to 32,768 samples, else four: 100,000 features of 10,000 samples take 2 GB, and
    the values themselves, 4 GB in float32, can be left out where `values` calculates a column again.
    """

    order: AnyArray
    values: FeatureSource
    n_jobs: int = 1

    def __len__(self) -> int:
        return int(self.order.shape[0])

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.order.shape[1])

    @property
    def sample_bits(self) -> int:
        """Mask that leaves the sample number."""
        return int(np.iinfo(self.order.dtype).max >> 1)

    def column(self, feature: int) -> FloatArray:
        """Return the values of one feature, (n_samples,) float32."""
        return self.values.columns(feature, feature + 1)[:, 0].astype(np.float32, copy=False)

    def first(self, feature: int, n: int) -> IntArray:
        """Return the numbers of the n samples with the lowest values of a feature."""
        samples: IntArray = (self.order[feature, :n] & self.order.dtype.type(self.sample_bits)).astype(
            np.int64
        )
        return samples


@dataclass(frozen=True, slots=True, eq=False)
class MatrixSource:
    """A matrix as a source of features.

    Parameters
    ----------
    matrix : ndarray of shape (n_samples, n_features)
        Values. Fortran order, where the values of one feature lie together, is read fastest.
    """

    matrix: AnyArray

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of features."""
        n_samples, n_features = self.matrix.shape
        return n_samples, n_features

    def columns(self, start: int, stop: int) -> AnyArray:
        """Return the values of features start to stop, (n_samples, stop - start)."""
        return self.matrix[:, start:stop]


@dataclass(frozen=True, slots=True, eq=False)
class CalculatedSource:
    """A function as a source of features.

    Parameters
    ----------
    shape : tuple of int
        Number of samples and of features.
    calculate : callable
        Gives the values of features start to stop, (n_samples, stop - start).

    Examples
    --------
    >>> source = CalculatedSource((3, 4), lambda start, stop: np.ones((3, 1)) * np.arange(start, stop))
    >>> source.columns(1, 3)[0].tolist()
    [1.0, 2.0]
    """

    shape: tuple[int, int]
    calculate: Callable[[int, int], AnyArray] = field(repr=False)

    def columns(self, start: int, stop: int) -> AnyArray:
        """Return the values of features start to stop, (n_samples, stop - start)."""
        return self.calculate(start, stop)


def sort_features(values: AnyArray | FeatureSource, *, n_jobs: int = 1) -> SortedFeatures:
    """Sort the samples by each feature, block by block.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_features) or FeatureSource
        Finite values; they are compared as float32.
    n_jobs : int
        How many threads sort, and later search.

    Returns
    -------
    SortedFeatures
        The order of the samples for each feature. A matrix is referred to, not copied.

    Raises
    ------
    InvalidArgumentError
        If there is no sample or no feature, or a value is not finite.

    Notes
    -----
    Besides its result it takes some 16 bytes for each of 2 million values (or of one feature, if it has more)
    in each thread.

    Examples
    --------
    >>> ordered = sort_features(np.array([[3.0, 1.0], [1.0, 1.0], [2.0, 0.0]]))
    >>> ordered.first(0, 2).tolist(), ordered.order.nbytes
    ([1, 2], 12)
    """
    source = MatrixSource(_checked(values)) if isinstance(values, np.ndarray) else values
    check_integer("n_jobs", n_jobs, low=1)
    n_samples, n_features = source.shape
    if min(n_samples, n_features) < 1:
        raise InvalidArgumentError("values", "at least one sample and one feature", f"shape {source.shape}")
    dtype = np.uint16 if n_samples <= 1 << 15 else np.uint32
    order = np.empty((n_features, n_samples), dtype=dtype)
    block = max(1, _BLOCK_VALUES // n_samples)

    def sort(start: int) -> None:
        stop = min(start + block, n_features)
        order[start:stop] = _order(source.columns(start, stop), dtype)

    starts = range(0, n_features, block)
    if n_jobs == 1:
        for start in starts:
            sort(start)
    else:
        with ThreadPoolExecutor(n_jobs) as pool:
            list(pool.map(sort, starts))
    return SortedFeatures(order, source, n_jobs)


def _order(columns: AnyArray, dtype: type[np.unsignedinteger]) -> AnyArray:
    """Return sample numbers by rising value, (n_features, n_samples), and where no threshold can stand."""
    rows = np.ascontiguousarray(columns.T, dtype=np.float32)
    if not np.isfinite(rows).all():
        raise InvalidArgumentError("values", "finite numbers", "NaN or infinity")
    order = np.argsort(rows, axis=1)
    ordered = np.sort(rows, axis=1)  # faster than to gather by the order
    shut = np.ones(rows.shape, dtype=bool)
    shut[:, :-1] = ordered[:, 1:] <= ordered[:, :-1] + EQUAL_WITHIN
    top = dtype(1 << (8 * np.dtype(dtype).itemsize - 1))
    marked: AnyArray = order.astype(dtype) | shut * top
    return marked


def _checked(matrix: AnyArray) -> AnyArray:
    """Refuse what is no matrix."""
    if matrix.ndim != 2:
        raise InvalidArgumentError("values", "shape (n_samples, n_features)", f"shape {matrix.shape}")
    return matrix
