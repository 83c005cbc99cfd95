"""Inner loops as machine code where numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

from lamplit.core.extras import require

P = ParamSpec("P")
R = TypeVar("R")


@cache
def can_compile() -> bool:
    """Tell whether numba is installed.

    Returns
    -------
    bool
        Whether `compiled` works. It belongs to the extra "train".
    """
    return find_spec("numba") is not None


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over arrays, once per machine: the result is kept beside the source.

    Parameters
    ----------
    function : callable
        A function of a module, of arrays and numbers alone.

    Returns
    -------
    callable
        The same function as machine code; it lets other threads run meanwhile.

    Raises
    ------
    MissingExtraError
        If numba is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.boosting.search_loops import most_signed
    >>> order, sums = np.array([[0, 0x8001]], np.uint16), np.array([[0.5, -0.5], [0.5, 0.5]])
    >>> compiled(most_signed)(order, sums, np.array([0]), 0.0)
    (1.0, 0, 1)
    """
    machine_code: Callable[P, R] = _compiled(function)
    return machine_code


@cache
def _compiled(function: Callable[..., Any]) -> Any:
    """Compile a function; nothing happens before its first call."""
    numba = require("numba", extra="train", purpose="compiled search for weak classifiers")
    return numba.njit(cache=True, nogil=True)(function)
