from __future__ import annotations

import json
from pathlib import Path

import pytest

from lamplit.core.errors import MissingExtraError
from lamplit.core.extras import require


def test_gives_the_module_that_is_there() -> None:
    assert require("json", extra="train", purpose="tests") is json


def test_gives_the_submodule_not_its_parent() -> None:
    assert require("json.decoder", extra="train", purpose="tests").__name__ == "json.decoder"


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.inner"])
def test_a_missing_package_is_an_error_that_names_the_extra(module: str) -> None:
    expected = (
        r"plots: needs the package 'no_such_package', got an environment without it "
        r"\(in a clone of lamplit: pip install -e '\.\[train\]'\)"
    )
    with pytest.raises(MissingExtraError, match=expected):
        require(module, extra="train", purpose="plots")


def test_a_package_that_is_there_but_broken_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_package_of_the_tests.py").write_text("import something_that_it_needs\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="something_that_it_needs"):
        require("broken_package_of_the_tests", extra="train", purpose="tests")
