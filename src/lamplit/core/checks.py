"""Checks of arguments at the public edge; inner code trusts."""

from __future__ import annotations

import math
import numbers
import operator
from typing import SupportsIndex

from lamplit.core.errors import InvalidArgumentError


def check_integer(name: str, value: object, *, low: int, high: int | None = None) -> int:
    """Return a whole number within limits.

    Parameters
    ----------
    name : str
        What errors call the argument.
    value : object
        The argument.
    low : int
        Smallest value allowed.
    high : int, optional
        Largest value allowed.

    Returns
    -------
    int
        The value.

    Raises
    ------
    InvalidArgumentError
        If it is no whole number or out of range.

    Examples
    --------
    >>> check_integer("min_size", 24, low=20)
    24
    """
    required = f"a whole number of at least {low}" + ("" if high is None else f" and at most {high}")
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise InvalidArgumentError(name, required, repr(value))
    try:
        number = operator.index(value)
    except TypeError as error:  # an array has __index__, and then refuses
        raise InvalidArgumentError(name, required, repr(value)) from error
    if number < low or (high is not None and number > high):
        raise InvalidArgumentError(name, required, repr(value))
    return number


def check_number(name: str, value: object, *, above: float, below: float = math.inf) -> float:
    """Return a finite number strictly between two limits.

    Parameters
    ----------
    name : str
        What errors call the argument.
    value : object
        The argument.
    above, below : float
        Limits; the value must lie between them.

    Returns
    -------
    float
        The value.

    Raises
    ------
    InvalidArgumentError
        If it is no finite number or out of range.

    Examples
    --------
    >>> check_number("step", 1.1, above=1.0)
    1.1
    """
    required = f"a finite number above {above:g}" + ("" if math.isinf(below) else f" and below {below:g}")
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidArgumentError(name, required, repr(value))
    try:
        number = float(value)
    except OverflowError as error:  # a whole number of more than 308 digits
        raise InvalidArgumentError(name, required, "a number beyond all limits") from error
    if not above < number < below:
        raise InvalidArgumentError(name, required, repr(value))
    return number
