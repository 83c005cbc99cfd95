"""The page of a result that was run again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.report.claims import Rerun, claims_page, write_claims_page
from lamplit.report.page import Provenance
from lamplit.report.plots import plot_training_curve

HISTORY = [
    {
        "epoch": n,
        "train_loss": 1 / n,
        "train_accuracy": 0.5,
        "validation_loss": 1.2,
        "validation_accuracy": 0.4,
    }
    for n in (1.0, 2.0)
]
RERUN = Rerun(
    model="mine <b>",
    source="somebody (2023)",
    claimed={"accuracy": 0.8748, "parameters": 3_692_390, "train_loss": 0.25},
    measured={"accuracy": 0.8, "parameters": 3_692_390, "train_loss": 0.75, "loss": 1.0},
    history=HISTORY,
    faces_measured="18 faces",
    faces_trained="64 faces",
    provenance=Provenance(weights="mine", sha256="0" * 64, command="lamplit train mine", date="2025-01-31"),
)


def test_claims_stand_beside_what_was_measured() -> None:
    page = claims_page(RERUN)
    for row in (
        ("accuracy", "0.8748", "0.8000", "-0.0748"),
        ("loss in training, last epoch", "0.2500", "0.7500", "+0.5000"),
        ("parameters", "3,692,390", "3,692,390", "+0"),
    ):
        name, *cells = row
        assert f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) in page
    assert "1.0000" not in page, "what nobody claimed has no row"
    assert page.count("data:image/png;base64,") == 2


def test_the_page_loads_nothing_and_escapes_names(tmp_path: Path) -> None:
    write_claims_page(tmp_path / "new" / "page.html", RERUN)
    page = (tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    assert "<h1>mine &lt;b&gt;</h1>" in page
    assert "http" not in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"claimed": {"beauty": 1.0}}, r"claimed: needs keys among .*, got \['beauty'\]"),
        ({"measured": {"accuracy": 0.8}}, r"got no \['parameters', 'train_loss'\]"),
    ],
)
def test_claims_without_a_measure_are_refused(changes: dict[str, dict[str, float]], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        dataclasses.replace(RERUN, **changes)


def test_a_curve_of_something_else_is_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"quantity: needs one of \['loss', 'accuracy'\], got 'speed'"
    ):
        plot_training_curve(HISTORY, "speed")
