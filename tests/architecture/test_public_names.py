"""The public names are a recorded list: none can vanish or appear unnoticed."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any

import lamplit

RECORD = Path(__file__).with_name("public_names.json")

MOST_NAMES_AT_ROOT = 20


def signature(value: Any) -> str:
    """What a user can rely on: the parameters of what is called, else the kind of thing."""
    if inspect.ismodule(value):
        return "module"
    if callable(value) and not getattr(value, "_is_protocol", False):
        return "(" + ", ".join(str(p.replace(annotation=p.empty)) for p in _parameters(value)) + ")"
    return type(value).__name__


def _parameters(value: Any) -> list[inspect.Parameter]:
    return list(inspect.signature(value).parameters.values())


def surface() -> dict[str, str]:
    found = (importlib.import_module(f"lamplit.{name}") for name in subpackages())
    modules = [lamplit, *(module for module in found if hasattr(module, "__all__"))]
    return {f"{m.__name__}.{name}": signature(getattr(m, name)) for m in modules for name in m.__all__}


def subpackages() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(lamplit.__path__) if module.ispkg]


def test_public_names_are_as_recorded() -> None:
    # After a change that is meant: python tests/architecture/test_public_names.py
    assert surface() == json.loads(RECORD.read_text(encoding="utf-8"))


def test_subpackages_are_recorded() -> None:
    recorded = {name.rpartition(".")[0] for name in json.loads(RECORD.read_text(encoding="utf-8"))}
    assert {"lamplit", "lamplit.boosting", "lamplit.faces", "lamplit.features", "lamplit.light"} <= recorded


def test_root_stays_small() -> None:
    assert len(set(lamplit.__all__)) == len(lamplit.__all__) <= MOST_NAMES_AT_ROOT


def test_dir_shows_names_before_they_are_loaded() -> None:
    assert set(lamplit.__all__) <= set(dir(lamplit))


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(lamplit, "no_such_name")


if __name__ == "__main__":
    RECORD.write_text(json.dumps(surface(), indent=2) + "\n", encoding="utf-8")
