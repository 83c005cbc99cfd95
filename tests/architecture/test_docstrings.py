"""Docstrings against signatures: every public parameter is documented, in order, and nothing else is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from numpydoc.docscrape import NumpyDocString

import lamplit

# A command's parameters are documented by its --help.
SKIPPED_PACKAGES = ("lamplit.cli", "lamplit.__main__")


def public_objects() -> Iterator[tuple[str, Any]]:
    """Every public function, class and method that is defined in lamplit."""
    for info in pkgutil.walk_packages(lamplit.__path__, "lamplit."):
        if info.name.startswith(SKIPPED_PACKAGES):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != info.name:
                continue
            if inspect.isfunction(value) or inspect.isclass(value):
                yield f"{info.name}.{name}", value
            if inspect.isclass(value):
                yield from _methods(f"{info.name}.{name}", value)


def _methods(owner: str, value: type) -> Iterator[tuple[str, Any]]:
    for name, method in vars(value).items():
        if not name.startswith("_") and inspect.isfunction(method):
            yield f"{owner}.{name}", method


OBJECTS = dict(public_objects())


def documented(value: Any) -> list[str]:
    parameters = NumpyDocString(inspect.getdoc(value) or "")["Parameters"]
    return [name.strip().lstrip("*") for entry in parameters for name in entry.name.split(",")]


def declared(value: Any) -> list[str]:
    parameters = inspect.signature(value).parameters.values()
    return [p.name for p in parameters if p.name not in ("self", "cls")]


def may_be_brief(name: str, value: Any) -> bool:
    """Whether one sentence is enough: methods, and classes without a constructor of their own."""
    if inspect.isclass(value):
        return "__init__" not in vars(value) or getattr(value, "_is_protocol", False)
    return "." in value.__qualname__


def test_the_walk_finds_the_house() -> None:
    assert len(OBJECTS) > 100
    assert "lamplit.light.reading.measure" in OBJECTS


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_docstring_matches_signature(name: str) -> None:
    value = OBJECTS[name]
    doc = inspect.getdoc(value)
    assert doc, f"{name} has no docstring"
    first = doc.splitlines()[0]
    assert first.endswith("."), f"{name}: the first line is not a sentence: {first!r}"
    parameters = documented(value)
    if may_be_brief(name, value) and not parameters:
        return
    assert parameters == declared(value)
