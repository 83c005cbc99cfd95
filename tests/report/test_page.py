"""The page: complete, self-contained, and safe against whatever a name holds."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.report.page import (
    EvaluationSummary,
    Provenance,
    evaluation_page,
    installed_versions,
    write_evaluation_page,
)

METRICS: Any = {
    "label_set": "mood",
    "n": 1_204,
    "accuracy": 0.8748,
    "accuracy_interval": {"low": 0.8551, "high": 0.8932, "level": 0.95},
    "macro_f1": 0.6123,
    "log_loss": 0.3473,
    "calibration_error": 0.0314,
    "classes": [
        {"label": "calm", "precision": 0.9, "recall": 0.95, "f1": 0.924, "support": 1_200},
        {"label": "glad", "precision": 0.333, "recall": 0.25, "f1": 0.286, "support": 4},
        {"label": "odd", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
    ],
    "confusion": [[1_198, 2, 0], [3, 1, 0], [0, 0, 0]],
    "bins": {"confidence": [None, 0.9], "accuracy": [None, 0.87], "count": [0, 1_204]},
}
SIX: Any = {**METRICS, "n": 77, "accuracy": 0.9021}
HISTORY = [
    {"epoch": 1, "train_loss": 1.2, "train_accuracy": 0.5, "validation_loss": 1.0, "validation_accuracy": 0.6}
]
ORIGIN = Provenance(weights="net-v1", sha256="ab" * 32, command="lamplit evaluate net-v1", date="2025-01-31")


def summary(**changes: Any) -> EvaluationSummary:
    settings: dict[str, Any] = {
        "model": "net-v1",
        "dataset": "FER+",
        "split": "PublicTest",
        "protocol": "majority",
        "metrics": METRICS,
        "provenance": ORIGIN,
    }
    return EvaluationSummary(**(settings | changes))


class Page(HTMLParser):
    """The elements, the text and the table rows of a page; checks that elements close in order."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.addresses: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self._open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "data"}]
        if tag == "img":
            self.pictures.append(dict(attrs))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data
        if "style" not in self._open:
            self.text += data


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(evaluation_page(summary(six=SIX, history=HISTORY)))


def test_it_asks_nothing_of_the_network(page: Page) -> None:
    html = evaluation_page(summary(six=SIX, history=HISTORY))
    assert page.addresses
    assert all(address.startswith("data:image/png;base64,") for address in page.addresses)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    for word in ("http:", "https:", "@import", "url(", "javascript:"):
        assert word not in html


def test_it_names_model_data_split_and_protocol(page: Page) -> None:
    for words in ("net-v1", "FER+", "PublicTest", "majority", "1,204", "each face once"):
        assert words in page.text


def test_it_shows_the_headline_figures_with_their_interval(page: Page) -> None:
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    for words in ("87.5 %", "85.5 % to 89.3 %", "95 % bootstrap interval", "0.612", "0.347", "0.031"):
        assert words in text


def test_it_shows_the_six_apart(page: Page) -> None:
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Ekman six, 77 faces" in text
    assert "90.2 %" in text
    assert "Ekman six" not in Page(evaluation_page(summary())).text


def test_the_table_by_label_has_dashes_where_nothing_counts(page: Page) -> None:
    assert ["calm", "0.900", "0.950", "0.924", "1,200", "1,201"] in page.rows
    assert ["odd", "\N{EN DASH}", "\N{EN DASH}", "\N{EN DASH}", "0", "0"] in page.rows
    assert ["Mean, total", "0.411", "0.400", "0.612", "1,204", "1,204"] in page.rows


def test_the_confusion_table_has_counts_and_shares(page: Page) -> None:
    rows = [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in page.rows]
    assert ["calm", "1,19899.8 %", "20.2 %", "0", "1,200"] in rows
    assert ["glad", "375.0 %", "125.0 %", "0", "4"] in rows
    assert ["odd", "0", "0", "0", "0"] in rows


@pytest.mark.parametrize(("history", "expected"), [(HISTORY, 3), ([], 2)])
def test_the_pictures_are_inside_and_described(history: list[dict[str, float]], expected: int) -> None:
    pictures = Page(evaluation_page(summary(history=history))).pictures
    assert len(pictures) == expected
    for picture in pictures:
        assert picture["alt"]
        content = base64.b64decode((picture["src"] or "").partition(",")[2], validate=True)
        with Image.open(io.BytesIO(content)) as image:
            assert image.format == "PNG"
            assert image.width > 300


def test_it_says_where_the_figures_come_from(page: Page) -> None:
    rows = dict(row for row in page.rows if len(row) == 2)
    assert rows["Weights"] == "net-v1"
    assert rows["SHA-256"] == "ab" * 32
    assert rows["Command"] == "lamplit evaluate net-v1"
    assert rows["Date"] == "2025-01-31"
    assert {"Python", "lamplit", "ONNX Runtime"} <= rows.keys()
    assert rows["Python"] == installed_versions()["Python"]


def test_it_says_what_a_label_is_not(page: Page) -> None:
    assert "It is not what the person in the picture feels" in page.text


def test_both_colour_schemes_and_print_have_a_style() -> None:
    html = evaluation_page(summary())
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_names_cannot_break_out_of_the_page() -> None:
    evil = "</title><script>alert(1)</script>\"'&"
    metrics = {**METRICS, "classes": [{**scores, "label": evil} for scores in METRICS["classes"]]}
    origin = Provenance(weights=evil, sha256="0" * 64, command=evil, date=evil, versions={evil: evil})
    parsed = Page(
        evaluation_page(
            summary(model=evil, dataset=evil, split=evil, protocol=evil, metrics=metrics, provenance=origin)
        )
    )
    assert "script" not in parsed.tags
    assert parsed.rows.count([evil, evil]) == 1


def test_it_is_written_whole_and_folders_are_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "page.html"
    write_evaluation_page(target, summary())
    assert target.read_text(encoding="utf-8") == evaluation_page(summary())
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"page\.html: needs a file that can be written"):
        write_evaluation_page(tmp_path / "file" / "page.html", summary())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metrics": {"n": 3}}, "metrics: needs the figures of an evaluation, got none for 'accuracy'"),
        ({"six": {"n": 3}}, "six: needs the figures of an evaluation"),
        ({"metrics": {**METRICS, "confusion": [[1, 2], [3, 4]]}}, "3 rows and columns, got rows of lengths"),
        (
            {"provenance": Provenance(weights="a", sha256="12", command="c", date="d")},
            "sha256: needs 64 hexadecimal digits, got '12'",
        ),
    ],
)
def test_bad_summaries(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        summary(**changes)
