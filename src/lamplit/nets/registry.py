"""The architectures that recipes can name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from torch import nn

from lamplit.core.errors import InvalidArgumentError

Architecture = TypeVar("Architecture", bound=Callable[..., nn.Module])

LABELS = "labels"
"""What classifiers answer with: a logit per label. Their first argument is the number of labels."""

_ARCHITECTURES: dict[str, tuple[str, Callable[..., nn.Module]]] = {}
"""For each name what the network answers with, and what builds it."""


def register(name: str, *, answers: str = LABELS) -> Callable[[Architecture], Architecture]:
    """Return a decorator that makes an architecture known under a name.

    Parameters
    ----------
    name : str
        The name that recipes use.
    answers : str
        What the network answers with: "labels", or another word for networks that are no classifiers.

    Returns
    -------
    callable
        The decorator; it returns the class as it is.

    Raises
    ------
    InvalidArgumentError
        If the name is taken.
    """

    def decorate(architecture: Architecture) -> Architecture:
        if name in _ARCHITECTURES:
            raise InvalidArgumentError("name", "an architecture name that is not taken", repr(name))
        _ARCHITECTURES[name] = answers, architecture
        return architecture

    return decorate


def list_networks(answers: str = LABELS) -> list[str]:
    """Return the names of all architectures that give a kind of answer, sorted.

    Parameters
    ----------
    answers : str
        "labels" for classifiers.

    Returns
    -------
    list of str
        Names.

    Examples
    --------
    >>> import lamplit.nets
    >>> list_networks("landmarks")
    ['landmarks']
    """
    return sorted(name for name, (kind, _) in _ARCHITECTURES.items() if kind == answers)


def build_network(
    name: str, *, n_classes: int | None = None, answers: str = LABELS, **settings: Any
) -> nn.Module:
    """Build a network with fresh weights.

    Parameters
    ----------
    name : str
        One of `list_networks(answers)`.
    n_classes : int, optional
        Number of labels; classifiers need it, other networks have none.
    answers : str
        What the network answers with.
    **settings
        Keyword arguments of the architecture.

    Returns
    -------
    torch.nn.Module
        Maps (N, 1, H, W) grey float32 in [0, 1] to its answer: of classifiers (N, n_classes) logits.

    Raises
    ------
    InvalidArgumentError
        If there is no such architecture, it has no such setting or cannot be built with these.

    Examples
    --------
    >>> import lamplit.nets.fusion
    >>> sum(p.numel() for p in build_network("fusion", n_classes=8).parameters()) < 2_000_000
    True
    """
    if name not in list_networks(answers):
        raise InvalidArgumentError("network", f"one of {list_networks(answers)}", repr(name))
    first = () if n_classes is None else (n_classes,)
    try:
        return _ARCHITECTURES[name][1](*first, **settings)
    except InvalidArgumentError:
        raise
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"network {name}", "settings that it knows", str(error)) from error
