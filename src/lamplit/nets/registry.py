"""The architectures that recipes can name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from torch import nn

from lamplit.core.errors import InvalidArgumentError

Architecture = TypeVar("Architecture", bound=Callable[..., nn.Module])

_ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {}


def register(name: str) -> Callable[[Architecture], Architecture]:
    """Return a decorator that makes an architecture known under a name.

    Parameters
    ----------
    name : str
        The name that recipes use.

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
        _ARCHITECTURES[name] = architecture
        return architecture

    return decorate


def list_networks() -> list[str]:
    """Return the names of all architectures, sorted."""
    return sorted(_ARCHITECTURES)


def build_network(name: str, *, n_classes: int, **settings: Any) -> nn.Module:
    """Build a network with fresh weights.

    Parameters
    ----------
    name : str
        One of `list_networks()`.
    n_classes : int
        Number of labels.
    **settings
        Keyword arguments of the architecture.

    Returns
    -------
    torch.nn.Module
        Maps (N, 1, H, W) grey float32 in [0, 1] to (N, n_classes) logits.

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
    if name not in _ARCHITECTURES:
        raise InvalidArgumentError("network", f"one of {list_networks()}", repr(name))
    try:
        return _ARCHITECTURES[name](n_classes, **settings)
    except InvalidArgumentError:
        raise
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"network {name}", "settings that it knows", str(error)) from error
