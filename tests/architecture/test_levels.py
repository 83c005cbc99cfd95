"""A module imports its own subpackage and lower levels only: proved from the source."""

from __future__ import annotations

import pytest
from sources import SOURCE, Module, modules

LEVELS = {
    "core": 0,
    "imaging": 1,
    "weights": 1,
    "light": 2,
    "features": 2,
    "boosting": 2,
    "nets": 2,
    "datasets": 2,
    "faces": 3,
    "expression": 4,
    "analysis": 5,
    "report": 5,
    "recipes": 6,
    "training": 6,
    "evaluation": 6,
    "batch": 6,
    "serve": 7,
    "cli": 8,
    "": 9,
}

ONLY_IN = {
    "torch": {"nets", "training"},
    "lightning_fabric": {"training"},
    "safetensors": {"training"},
    "onnxruntime": {"nets", "weights"},
    "matplotlib": {"report"},
    "numba": {"boosting", "features", "faces"},
    "jinja2": {"report"},
    "pyarrow": {"report"},
    "sklearn": {"boosting", "evaluation", "expression"},
    "typer": {"cli"},
    "fastapi": {"serve"},
    "ray": {"batch"},
    "av": {"imaging"},
}


def wrong_imports(module: Module) -> list[str]:
    wrong = []
    for name, line in module.imports():
        if name.startswith("."):
            wrong.append(f"{module.name}:{line}: relative import {name}")
        if name == "lamplit" and module.package:
            wrong.append(f"{module.name}:{line}: imports the package root")
        if not name.startswith("lamplit."):
            continue
        other = name.split(".")[1]
        if other != module.package and LEVELS[other] >= LEVELS[module.package]:
            wrong.append(f"{module.name}:{line}: {module.package} may not import {other}")
    return wrong


def test_every_subpackage_has_a_level() -> None:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert packages <= set(LEVELS)
    assert len(packages) >= 13


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_imports_go_downwards(module: Module) -> None:
    assert not wrong_imports(module)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_libraries_stay_where_they_belong(module: Module) -> None:
    strays = [
        f"{module.name}:{line}: {name}"
        for name, line in module.imports()
        if module.package not in ONLY_IN.get(name.partition(".")[0], {module.package})
    ]
    assert not strays


def test_the_check_sees_an_upward_import(tmp_path) -> None:
    import ast

    source = "from lamplit.cli.app import main\nfrom lamplit import light\nfrom . import boxes\n"
    module = Module(SOURCE / "core" / "example.py", ast.parse(source))
    assert len(wrong_imports(module)) == 3
