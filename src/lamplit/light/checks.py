"""Checks at the edge of functions that take arrays of any library.

Type and shape are looked at always, the values of arrays never: on a GPU that would mean to wait for it.
Values of plain numbers are looked at.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj

from lamplit.core.errors import InvalidArgumentError

Shape = tuple[int, ...]


def check_floats(name: str, value: Any, shape: str = "...") -> None:
    """Refuse what is no array of floats.

    Parameters
    ----------
    name : str
        What errors call the argument.
    value : array
        The argument.
    shape : str
        What its shape must be: letters stand for any number of at least 1, N for any number, numbers for
        themselves, `...` at the beginning for any axes before the others.

    Raises
    ------
    InvalidArgumentError
        If it is no array, or of another type or shape.

    Examples
    --------
    >>> check_floats("face", np.zeros((5, 48, 48), np.float32), "..., H, W")
    >>> check_floats("face", np.zeros((48, 48), np.uint8), "..., H, W")
    Traceback (most recent call last):
        ...
    lamplit.core.errors.InvalidArgumentError: face: needs an array of floats of shape (..., H, W), got numpy \
uint8 of shape (48, 48) (divide grey levels of 8 bits by 255)
    """
    floats = is_array_api_obj(value) and _is_kind(value, "real floating")
    if floats and (shape == "..." or _matches(tuple(value.shape), shape)):
        return
    required = "an array of floats" + ("" if shape == "..." else f" of shape ({shape})")
    is_bytes = not floats and is_array_api_obj(value) and _is_kind(value, "integral")
    hint = "divide grey levels of 8 bits by 255" if is_bytes else ""
    raise InvalidArgumentError(name, required, _described(value), hint)


def check_floats_like(name: str, value: Any, like: Any, shape: Shape) -> None:
    """Refuse what is no array of floats of a certain shape, in the library of another array.

    Parameters
    ----------
    name : str
        What errors call the argument.
    value : array
        The argument.
    like : array
        An array that has been checked.
    shape : tuple of int
        What the shape must be.

    Raises
    ------
    InvalidArgumentError
        If it is no array, or of another library, type or shape.

    Examples
    --------
    >>> face = np.zeros((5, 48, 48))
    >>> check_floats_like("angle", np.zeros(5), face, face.shape[:1])
    """
    if not (_is_of_library(value, like) and _is_kind(value, "real floating") and tuple(value.shape) == shape):
        required = f"a {_library(like)} array of floats of shape {shape}"
        raise InvalidArgumentError(name, required, _described(value))


def check_pair(name: str, value: Any) -> tuple[Any, Any]:
    """Return the two things of a pair.

    Parameters
    ----------
    name : str
        What errors call the argument.
    value : tuple
        The argument.

    Returns
    -------
    (object, object)
        They have not been checked.

    Raises
    ------
    InvalidArgumentError
        If there are not two.

    Examples
    --------
    >>> check_pair("azimuth", (-70.0, 70.0))
    (-70.0, 70.0)
    """
    try:
        first, second = value
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(name, "a pair", _described(value)) from error
    return first, second


@dataclass(frozen=True, slots=True)
class Setting:
    """What a function asks of one of its settings: a number, or an array with one for each picture or pixel.

    Parameters
    ----------
    name : str
        What errors call it.
    low, high : float
        Limits of a plain number, which is finite besides.
    above : bool
        Whether the lower limit itself is refused.
    whole : bool
        Whether it must be a whole number.

    Examples
    --------
    >>> gain = Setting("gain", low=0.0)
    >>> gain.check(0.5, np.zeros((8, 8)))
    >>> gain.check(-1, np.zeros((8, 8)))
    Traceback (most recent call last):
        ...
    lamplit.core.errors.InvalidArgumentError: gain: needs a finite number of at least 0, got -1
    """

    name: str
    low: float = -inf
    high: float = inf
    above: bool = False
    whole: bool = False

    def check(self, value: Any, like: Any, shape: Shape | None = None) -> None:
        """Refuse a value that does not suit.

        Parameters
        ----------
        value : float or array
            The setting.
        like : array
            The pictures, which have been checked.
        shape : tuple of int, optional
            What an array must broadcast to. By default it may also widen the pictures.

        Raises
        ------
        InvalidArgumentError
            If it is a number beyond the limits, an array of another library or shape or not of numbers, or
            neither.
        """
        if isinstance(value, _NUMBERS) and not isinstance(value, bool):
            if not self._allows(value):
                raise InvalidArgumentError(self.name, self._required(), repr(value))
            return
        fits = _is_of_library(value, like) and _is_kind(value, ("real floating", "integral"))
        if not (fits and _broadcasts(tuple(value.shape), tuple(like.shape), to=shape)):
            target = f"with {tuple(like.shape)}" if shape is None else f"to {shape}"
            required = f"{self._required()}, or a {_library(like)} array that broadcasts {target}"
            raise InvalidArgumentError(self.name, required, _described(value))

    def _allows(self, value: Any) -> bool:
        """Return whether a plain number suits."""
        number = value.item() if isinstance(value, np.generic) else value
        finite = -_LARGEST <= number <= _LARGEST  # an integer may be too large for isfinite
        within = self.low < number <= self.high if self.above else self.low <= number <= self.high
        return bool(finite and within and (not self.whole or number == int(number)))

    def _required(self) -> str:
        """Return in words what a plain number must be."""
        kind = "a whole number" if self.whole else "a finite number"
        if self.low == -inf:
            return kind
        if self.high < inf:
            return f"{kind} from {self.low:g} to {self.high:g}"
        return f"{kind} above {self.low:g}" if self.above else f"{kind} of at least {self.low:g}"


_NUMBERS = (int, float, np.integer, np.floating)
_LARGEST = sys.float_info.max


def _is_of_library(value: Any, like: Any) -> bool:
    """Return whether a value is an array of the other's library."""
    return is_array_api_obj(value) and array_namespace(value) is array_namespace(like)


def _is_kind(array: Any, kind: str | tuple[str, ...]) -> bool:
    """Return whether an array is of a kind of type; see `isdtype` of the array API."""
    return bool(array_namespace(array).isdtype(array.dtype, kind))


def _matches(shape: Shape, pattern: str) -> bool:
    """Return whether a shape is as the pattern says."""
    names = pattern.split(", ")
    if names[0] == "...":
        names = names[1:]
        shape = shape[max(len(shape) - len(names), 0) :]
    return len(shape) == len(names) and all(map(_suits, shape, names))


def _suits(size: int, name: str) -> bool:
    """Return whether the size of an axis is as its name says."""
    return size == int(name) if name.isdigit() else size >= 1 or name == "N"


def _broadcasts(shape: Shape, pictures: Shape, *, to: Shape | None) -> bool:
    """Return whether a shape broadcasts to another, or with that of the pictures where there is none."""
    target = pictures if to is None else to
    if to is not None and len(shape) > len(to):
        return False
    pairs = zip(reversed(shape), reversed(target), strict=False)  # axes are matched from the last
    return all(own in (1, other) or (to is None and other == 1) for own, other in pairs)


def _described(value: Any) -> str:
    """Return in words what came."""
    if is_array_api_obj(value):
        type_name = str(value.dtype).rpartition(".")[2]
        return f"{_library(value)} {type_name} of shape {tuple(value.shape)}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return repr(value) if isinstance(value, _NUMBERS) else type(value).__name__


def _library(array: Any) -> str:
    """Return the name of an array's library."""
    return type(array).__module__.partition(".")[0]
