"""Which of some things is which of some others, so that the total cost is least."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError


def least_cost_pairs(costs: AnyArray, *, limit: float) -> list[tuple[int, int]]:
    """Pair rows with columns so that the sum of costs is least.

    Parameters
    ----------
    costs : ndarray of shape (N, M)
        The cost of each pair, finite; N and M may be 0.
    limit : float
        What a row and a column that stay alone cost together: no pair costs more.

    Returns
    -------
    list of (int, int)
        Row and column of each pair, by row; no row and no column stands twice.

    Raises
    ------
    InvalidArgumentError
        If the costs are not a matrix of finite numbers.

    References
    ----------
    Kuhn (1955), doi:10.1002/nav.3800020109; with the shortest paths of Jonker, Volgenant (1987),
    doi:10.1007/BF02278710.

    Examples
    --------
    >>> least_cost_pairs(np.array([[1.0, 2.0], [1.0, 9.0]]), limit=5.0)
    [(0, 1), (1, 0)]
    """
    matrix = np.asarray(costs, dtype=np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise InvalidArgumentError("costs", "a matrix of finite numbers", f"shape {matrix.shape}")
    capped = np.minimum(matrix, limit)
    wide = capped.shape[0] <= capped.shape[1]
    columns = _columns_of_rows(capped if wide else capped.T)
    pairs = [(row, column) if wide else (column, row) for row, column in enumerate(columns)]
    return sorted((row, column) for row, column in pairs if matrix[row, column] < limit)


def _columns_of_rows(costs: AnyArray) -> list[int]:
    """Return the column of each row; (N, M) with N at most M."""
    n_rows, n_columns = costs.shape
    by_row, by_column = np.zeros(n_rows + 1), np.zeros(n_columns + 1)  # prices; the last column is a stand-in
    row_of = np.full(n_columns + 1, -1)
    for row in range(n_rows):
        row_of[n_columns], at = row, n_columns
        least, came_from = np.full(n_columns, np.inf), np.full(n_columns, n_columns)
        done = np.zeros(n_columns + 1, bool)
        while row_of[at] >= 0:  # until the path ends in a column that nobody has
            done[at] = True
            there = row_of[at]
            reduced = costs[there] - by_row[there] - by_column[:n_columns]
            better = ~done[:n_columns] & (reduced < least)
            least[better], came_from[better] = reduced[better], at
            following = int(np.where(done[:n_columns], np.inf, least).argmin())
            step = least[following]
            by_row[row_of[done]] += step
            by_column[done] -= step
            least[~done[:n_columns]] -= step
            at = following
        while at != n_columns:  # give each column on the path to the row before it
            row_of[at] = row_of[came_from[at]]
            at = int(came_from[at])
    columns = {int(row): column for column, row in enumerate(row_of[:n_columns]) if row >= 0}
    return [columns[row] for row in range(n_rows)]
