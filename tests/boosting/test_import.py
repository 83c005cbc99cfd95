"""Boosting is light to import, and what is missing is said."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import lamplit.boosting
from lamplit.boosting import compiling
from lamplit.core.errors import MissingExtraError

PROBE = """
import json, sys
import lamplit.boosting
light = sorted({"numba", "sklearn", "scipy"} & set(sys.modules))
from lamplit.boosting import AdaBoostClassifier
print(json.dumps([light, "sklearn" in sys.modules]))
"""


def test_a_cascade_needs_neither_numba_nor_scikit_learn() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout) == [[], True]


def test_names_are_there_before_they_are_loaded() -> None:
    assert set(lamplit.boosting.__all__) <= set(dir(lamplit.boosting))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = lamplit.boosting.Nothing


def test_without_numba_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)  # what Python does where an import must fail
    compiling._compiled.cache_clear()
    with pytest.raises(MissingExtraError, match=r"the package 'numba'.*pip install -e '\.\[train\]'"):
        compiling.compiled(test_names_are_there_before_they_are_loaded)
