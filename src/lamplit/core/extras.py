"""Import of optional packages, with an error that names the extra to install."""

from __future__ import annotations

import importlib
from types import ModuleType

from lamplit.core.errors import MissingExtraError


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional package.

    Parameters
    ----------
    module : str
        Dotted name of the module to import.
    extra : str
        The extra of lamplit that brings it.
    purpose : str
        What it is needed for, as it stands in the error.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingExtraError
        If the module is not installed.

    Examples
    --------
    >>> require("json", extra="train", purpose="an example").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != package:
            raise  # the package is there, something inside it is broken: hide nothing
        raise MissingExtraError(
            purpose,
            f"the package {package!r}",
            "an environment without it",
            f"in a clone of lamplit: pip install -e '.[{extra}]'",
        ) from error
