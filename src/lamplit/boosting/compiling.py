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
    """Compile a loop over arrays, once per machine: the result is kept by the source or in the user's cache.

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


def kept_if_possible(function: Callable[..., Any], *, purpose: str, **options: Any) -> Any:
    """Compile a function when it is first called, and keep the result for later processes where that can be.

    Parameters
    ----------
    function : callable
        What to compile.
    purpose : str
        What it is needed for, as it stands in the error where numba is missing.
    **options
        Further ones of `numba.njit`.

    Returns
    -------
    callable
        The function as machine code.

    Raises
    ------
    MissingExtraError
        If numba is not installed.

    Examples
    --------
    >>> def twice(number: int) -> int:
    ...     return 2 * number
    >>> kept_if_possible(twice, purpose="an example")(3)
    6
    """
    numba = require("numba", extra="train", purpose=purpose)
    try:
        return numba.njit(cache=True, nogil=True, **options)(function)
    except RuntimeError:  # neither the source's folder nor the user's cache can be written
        return numba.njit(nogil=True, **options)(function)


@cache
def _compiled(function: Callable[..., Any]) -> Any:
    """Compile a function; nothing happens before its first call."""
    return kept_if_possible(function, purpose="compiled search for weak classifiers")
