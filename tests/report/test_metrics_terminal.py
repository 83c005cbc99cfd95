"""Tables of figures for the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS
from lamplit.report.metrics_terminal import class_table, confusion_table, metrics_table

SCORES = {"precision": 0.5, "recall": 0.25, "f1": 0.333, "support": 12_345}
METRICS: Any = {
    "label_set": "expressions",
    "n": 12_345,
    "accuracy": 0.87481,
    "accuracy_interval": {"low": 0.8551, "high": 0.8932, "level": 0.95},
    "macro_f1": 0.6123,
    "log_loss": 0.3473,
    "calibration_error": 0.0314,
    "classes": [{"label": label, **SCORES} for label in EXPRESSIONS],
    "confusion": [[10_000 if row == column else row for column in range(8)] for row in range(8)],
    "bins": {"confidence": [None, 0.9], "accuracy": [None, 0.87], "count": [0, 12_345]},
}


def lines(table: Table, width: int = 100) -> list[str]:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(table)
    output = console.file
    assert isinstance(output, io.StringIO)
    return [line.rstrip() for line in output.getvalue().splitlines() if line.strip()]


@pytest.mark.parametrize(
    "table",
    [
        metrics_table({"all 8 labels": METRICS, "Ekman six": METRICS}),
        class_table(METRICS),
        confusion_table(METRICS),
    ],
    ids=["overall", "classes", "confusion"],
)
def test_nothing_is_cut_at_80_columns(table: Table) -> None:
    assert lines(table, width=80) == lines(table, width=200)


def test_overall_figures() -> None:
    last = lines(metrics_table({"Ekman six": METRICS}, title="net on [test]"))
    assert last[0].strip() == "net on [test]"
    assert last[1].split() == ["Ekman", "six"]
    assert [line.split() for line in last[3:]] == [
        ["faces", "12,345"],
        ["accuracy", "0.8748"],
        ["95", "%", "bootstrap", "interval", "0.8551", "to", "0.8932"],
        ["macro", "F1", "0.6123"],
        ["log", "loss", "0.3473"],
        ["calibration", "error", "0.0314"],
    ]


def test_figures_of_each_label() -> None:
    rows = [line.split() for line in lines(class_table(METRICS))]
    assert rows[0] == ["label", "precision", "recall", "F1", "faces", "named"]
    assert rows[2] == ["neutral", "0.500", "0.250", "0.333", "12,345", "10,028"]


def test_dashes_where_nothing_counts() -> None:
    empty = {"label": "b", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    metrics = {**METRICS, "classes": [METRICS["classes"][0], empty], "confusion": [[4, 0], [0, 0]]}
    assert lines(class_table(metrics))[-1].split() == ["b", "-", "-", "-", "0", "0"]


def test_confusion_rows_are_true_labels() -> None:
    rows = [line.split() for line in lines(confusion_table(METRICS))]
    assert rows[0] == ["true", "neut", "happ", "surp", "sadn", "ange", "disg", "fear", "cont"]
    assert rows[2] == ["neutral", "10000", *"·······"]
    assert rows[4] == ["surprise", "2", "2", "10000", *"22222"]


def test_labels_that_begin_alike_stay_whole() -> None:
    classes = [{**METRICS["classes"][0], "label": label} for label in ("surprise", "surprised")]
    metrics = {**METRICS, "classes": classes, "confusion": [[1, 0], [0, 1]]}
    assert lines(confusion_table(metrics))[0].split() == ["true", "surprise", "surprised"]


@pytest.mark.parametrize("build", [class_table, confusion_table, lambda m: metrics_table({"metrics": m})])
def test_a_missing_key_is_named(build: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="metrics: needs the figures of an evaluation"):
        build({"n": 3})
