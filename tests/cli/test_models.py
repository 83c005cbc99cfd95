"""What `lamplit evaluate` measures: weights by name, or a function of the user's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lamplit.cli.models import model_from
from lamplit.core.errors import InvalidArgumentError, WeightsMissingError
from lamplit.core.labels import EXPRESSIONS
from lamplit.core.refusal import NO_DOUBT
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.weights.registry import DEFAULT_EXPRESSION

MODULE = """
import numpy as np

LEVEL = 3

def always_happy(faces):
    return np.tile(np.eye(8, dtype=np.float32)[1], (len(faces), 1))
"""


@pytest.fixture
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module of the user's, which is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "my_peer.py").write_text(MODULE)
    (tmp_path / "my_broken_peer.py").write_text("import no_such_package_at_all\n")
    (tmp_path / "my_crashing_peer.py").write_text("1 / 0\n")
    (tmp_path / "my_garbled_peer.py").write_text("def f(:\n")
    yield tmp_path
    for name in ("my_peer", "my_broken_peer", "my_crashing_peer", "my_garbled_peer"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("weights", [None, DEFAULT_EXPRESSION])
def test_weights_come_with_name_hash_and_labels(weights: str | None) -> None:
    model = model_from(weights, None, device="cpu")
    card = ExpressionClassifier(weights).card
    assert (model.name, model.sha256) == (card.name, card.sha256)
    assert model.labels == EXPRESSIONS
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48), dtype=np.uint8)
    np.testing.assert_allclose(
        model.predict_proba(faces), ExpressionClassifier(weights).predict_proba(faces), atol=1e-6
    )


def test_unknown_weights_are_told() -> None:
    with pytest.raises(WeightsMissingError, match="no-such-weights: needs one of"):
        model_from("no-such-weights", None, device="cpu")


@pytest.mark.usefixtures("working_folder")
def test_a_function_is_found_in_the_working_folder() -> None:
    model = model_from(None, "my_peer:always_happy", device="cpu")
    assert (model.name, model.sha256, model.labels) == ("my_peer.always_happy", "", EXPRESSIONS)
    assert model.least_probability == NO_DOUBT
    assert model.predict_proba(np.zeros((3, 48, 48), np.uint8))[:, 1].tolist() == [1, 1, 1]
    assert sys.path[0] == ""
    model_from(None, "my_peer:always_happy", device="cpu")
    assert sys.path.count("") == 1


def test_a_function_is_found_among_what_is_installed() -> None:
    assert model_from(None, "numpy.linalg:norm", device="cpu").predict_proba is np.linalg.norm  # type: ignore[comparison-overlap]


@pytest.mark.usefixtures("working_folder")
@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("my_peer", "--model: needs MODULE:FUNCTION, got 'my_peer'"),
        ("my_peer:", "needs MODULE:FUNCTION, got 'my_peer:'"),
        (":always_happy", "needs MODULE:FUNCTION, got ':always_happy'"),
        ("", "needs MODULE:FUNCTION, got ''"),
        (".my_peer:always_happy", "needs MODULE:FUNCTION, got '.my_peer:always_happy'"),
        ("no_such_module:f", "needs a function that can be imported, got .*No module named 'no_such_module'"),
        ("my_peer:no_such", "needs a function that can be imported, got .*no attribute 'no_such'"),
        ("my_broken_peer:f", "got ModuleNotFoundError: No module named 'no_such_package_at_all'"),
        ("my_crashing_peer:f", "got ZeroDivisionError: division by zero"),
        ("my_garbled_peer:f", "got SyntaxError: "),
        ("my_peer:LEVEL", "--model: needs a function, got int"),
    ],
)
def test_what_is_no_function_is_told(function: str, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        model_from(None, function, device="cpu")


@pytest.mark.usefixtures("working_folder")
def test_a_function_may_have_other_columns() -> None:
    given = " anger, neutral,happiness"
    model = model_from(None, "my_peer:always_happy", device="cpu", labels=given)
    assert model.labels.names == ("anger", "neutral", "happiness")


@pytest.mark.usefixtures("working_folder")
@pytest.mark.parametrize("labels", ["", "joy", "anger,anger", "anger,,fear"])
def test_columns_must_be_expressions(labels: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"--labels: needs some of neutral, .*, each once"):
        model_from(None, "my_peer:always_happy", device="cpu", labels=labels)


def test_weights_say_their_labels_themselves() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"--labels: needs a --model beside it, got 'anger' and no"
    ):
        model_from(None, None, device="cpu", labels="anger")


@pytest.mark.usefixtures("working_folder")
def test_weights_and_a_function_at_once_are_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"--model: needs no --weights beside it, got 'a' \(give one of the two\)"
    ):
        model_from("a", "my_peer:always_happy", device="cpu")
