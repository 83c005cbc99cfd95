"""How long work tells whoever waits how far it is."""

from __future__ import annotations

from collections.abc import Callable

OnStep = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def silently(what: str, done: int, total: int) -> None:
    """Tell nobody: for work that nobody waits for.

    Parameters
    ----------
    what : str
        What is being done.
    done : int
        How much of it is done.
    total : int
        How much there is.

    Examples
    --------
    >>> silently("hashing", 1, 2)
    """
