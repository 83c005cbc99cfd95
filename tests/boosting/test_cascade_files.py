"""Cascades to files and back: OpenCV's XML, lamplit's JSON, and what is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from lamplit.boosting import BoostedCascade, read_cascade, write_cascade
from lamplit.boosting.cascade_files import parse_cascade
from lamplit.boosting.cascade_json import cascade_from_json, cascade_to_json
from lamplit.boosting.opencv_xml import cascade_from_xml
from lamplit.boosting.opencv_xml_writing import cascade_to_xml
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError

FOLDER = Path(cv2.data.haarcascades)
TODAY = [path for path in sorted(FOLDER.glob("*.xml")) if "license_plate" not in path.name]
KINDS = pytest.mark.parametrize(("kind", "size"), [("haar", 1), ("haar", 3), ("lbp", 1), ("lbp", 3)])


@pytest.mark.parametrize("path", TODAY, ids=lambda path: path.stem)
def test_opencvs_cascades_come_through_both_formats_to_the_last_bit(path: Path) -> None:
    cascade = read_cascade(path)
    text = cascade_to_json(cascade)
    assert cascade_to_json(cascade_from_json(text)) == text
    assert cascade_to_json(cascade_from_xml(cascade_to_xml(cascade))) == text
    height, width = cascade.window
    assert cv2.CascadeClassifier(str(path)).getOriginalWindowSize() == (width, height)


def test_what_a_known_cascade_holds() -> None:
    cascade = read_cascade(FOLDER / "haarcascade_frontalface_alt2.xml")
    assert (cascade.kind, cascade.window, len(cascade.stages), cascade.n_trees) == (
        "haar",
        (20, 20),
        20,
        1047,
    )
    first = cascade.stages[0]
    assert first.sizes.tolist() == [2, 2, 2]
    assert first.threshold == pytest.approx(0.35069, abs=1e-5)
    assert cascade.features.rectangles[0].tolist()[2] == [0, 0, 0, 0]


@KINDS
def test_random_cascades_come_through_both_formats(
    random_cascade: Callable[..., BoostedCascade], kind: str, size: int
) -> None:
    text = cascade_to_json(random_cascade(kind, size=size))
    assert cascade_to_json(cascade_from_json(text)) == text
    assert cascade_to_json(cascade_from_xml(cascade_to_xml(cascade_from_json(text)))) == text


@pytest.mark.parametrize("suffix", [".json", ".xml"])
def test_files_are_told_apart_by_their_content(
    random_cascade: Callable[..., BoostedCascade], tmp_path: Path, suffix: str
) -> None:
    cascade = random_cascade("lbp")
    write_cascade(cascade, tmp_path / f"a{suffix}")
    (tmp_path / f"a{suffix}").rename(tmp_path / "a.other")
    assert cascade_to_json(read_cascade(tmp_path / "a.other")) == cascade_to_json(cascade)


def test_stumps_are_written_with_the_first_leaf_to_the_left(
    random_cascade: Callable[..., BoostedCascade],
) -> None:
    text = cascade_to_json(random_cascade("haar")).decode()
    turned = text.replace('"left":[0,', '"left":[-1,').replace('"right":[-1,', '"right":[0,')
    (before, after) = (cascade_from_json(t.encode()).stages[0] for t in (text, turned))
    written = cascade_from_xml(cascade_to_xml(cascade_from_json(turned.encode()))).stages[0]
    assert after.left[0] == -1
    assert written.left[0] == 0
    assert written.leaves[:4].tolist() == [*before.leaves[1::-1].tolist(), *before.leaves[2:4].tolist()]


def test_another_suffix_is_refused(random_cascade: Callable[..., BoostedCascade], tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"path: needs a name that ends in one of"):
        write_cascade(random_cascade("haar"), tmp_path / "a.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"a cascade file \(XML or JSON\), got No such file"):
        read_cascade(tmp_path / "none.xml")
    with pytest.raises(WeightsMissingError, match="Is a directory"):
        read_cascade(tmp_path)


@pytest.mark.parametrize("content", [b"", b"  ", b"\x89PNG", b"[1, 2]", b"cascade"])
def test_what_is_neither_xml_nor_json_is_refused(content: bytes) -> None:
    with pytest.raises(WeightsCorruptError, match=r"a\.bin: needs XML or JSON, got"):
        parse_cascade(content, name="a.bin")


def test_opencvs_first_format_is_named_with_the_way_out() -> None:
    with pytest.raises(WeightsCorruptError, match=r"OpenCV's first format \(convert it first: cv2\."):
        read_cascade(FOLDER / "haarcascade_license_plate_rus_16stages.xml")


def test_opencvs_conversion_of_its_first_format_is_read(tmp_path: Path) -> None:
    old = str(FOLDER / "haarcascade_license_plate_rus_16stages.xml")
    assert cv2.CascadeClassifier.convert(old, str(tmp_path / "new.xml"))
    assert read_cascade(tmp_path / "new.xml").window == (16, 64)


ENTITIES = b'<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;">]><opencv_storage><a>&y;</a></opencv_storage>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><opencv_storage>&x;</opencv_storage>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ENTITIES, "XML without a document type"),
        (OUTSIDE, "XML without a document type"),
        (b"<!DOCTYPE html><html></html>", "XML without a document type"),
        (b"<a>" * 17, "at most 16 elements within each other"),
        (b"<a>&undefined;</a>", "well-formed XML, got undefined entity"),
        (b"<a><b></a>", "well-formed XML, got mismatched tag"),
        (b"<a>", "well-formed XML, got no element found"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "well-formed XML|an encoding that is known"),
        (b"<a/>", "a cascade of OpenCV, got an empty document"),
        (b"<a><b/></a>", "an element 'featureType' in 'b', got none"),
        (
            b'<a><b type_id="opencv-other"/></a>',
            "needs type_id .*, got 'opencv-other'",
        ),
    ],
)
def test_hostile_and_broken_xml_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(WeightsCorruptError, match=message):
        cascade_from_xml(content)


def test_files_beyond_the_size_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamplit.boosting.safe_xml.MOST_BYTES", 2**20)
    with pytest.raises(WeightsCorruptError, match="at most 1 MB of XML, got 1,048,577 bytes"):
        cascade_from_xml(b"<" * (2**20 + 1))


DAMAGE = [
    (b"<featureType>HAAR", b"<featureType>HOG", "boosted stages over one of .* got BOOST over HOG"),
    (b"<featureType>HAAR", b"<featureType>LBP", "maxCatCount 256 for LBP, got 0"),
    (b"<stageType>BOOST", b"<stageType>TREE", "got TREE over HAAR"),
    (b"<height>24", b"<height>2", "the cascade, window: needs a whole number of at least 4"),
    (b"<height>24", b"<height>2.5", "height: needs a whole number, got 2.5"),
    (b"<height>24", b"<height>", "height: needs 1 finite numbers, got ''"),
    (b"<height>24", b"<height>x", "height: needs numbers"),
    (b"<height>24", b"<height>1e999", "height: needs 1 finite numbers, got '1e999'"),
    (b"<height>24", b"<height>12", "features within 12 x 20 pixels"),
    (b"<stageThreshold>", b"<stageThreshold>nan ", "stageThreshold: needs 1 finite numbers"),
    (b"<internalNodes>0", b"<internalNodes>", "internalNodes: needs 4 numbers to a node, got 3"),
    (b"<internalNodes>0 -1", b"<internalNodes>5 -1", "stage 0, left: needs later nodes"),
    (b"<leafValues>", b"<leafValues>1.0 ", "leafValues: needs 2 finite numbers"),
    (b"<weakClassifiers>", b"<classifiers/><weak>", "well-formed XML"),
    (b"leafValues", b"values", "an element 'leafValues' in '_', got none"),
    (b"<rects>", b"<rects><_>0 0 1 1 1.</_><_>0 0 1 1 1.</_>", "at most 3 rectangles to a feature, got [45]"),
]


@pytest.mark.parametrize(("old", "new", "message"), DAMAGE, ids=[str(i) for i in range(len(DAMAGE))])
def test_damaged_xml_says_where(
    random_cascade: Callable[..., BoostedCascade], old: bytes, new: bytes, message: str
) -> None:
    content = cascade_to_xml(random_cascade("haar"))
    assert old in content
    with pytest.raises(WeightsCorruptError, match=message):
        cascade_from_xml(content.replace(old, new))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "other", "JSON of the format 'lamplit-cascade', got 'other'"),
        ("version", 2, r"version 1, got 2 \(a newer lamplit may read it\)"),
        ("kind", "hog", r"kind as one of \['haar', 'lbp'\], got 'hog'"),
        ("kind", "lbp", r"features: needs the keys \['rectangles'\]"),
        ("height", None, "window: needs a whole number of at least 4 .* got None"),
        ("features", [], "features: needs the keys .* got list"),
        ("stages", {}, "a list of stages, got dict"),
        ("stages", [], "stages: needs at least one stage, got none"),
        ("stages", [{}], r"stage 0: needs the keys \['feature', .* got \[\]"),
    ],
)
def test_damaged_json_says_where(
    random_cascade: Callable[..., BoostedCascade], key: str, value: object, message: str
) -> None:
    values = json.loads(cascade_to_json(random_cascade("haar")))
    with pytest.raises(WeightsCorruptError, match=message):
        cascade_from_json(json.dumps(values | {key: value}).encode())


@pytest.mark.parametrize("content", [b"{", b'{"format"', b"{" * 100_000, b'{"a":"\xff"}'])
def test_broken_json_is_refused(content: bytes) -> None:
    with pytest.raises(WeightsCorruptError, match="needs JSON"):
        cascade_from_json(content)


@pytest.mark.parametrize("name", ["left", "feature", "split", "leaves", "threshold"])
def test_a_damaged_stage_is_named(random_cascade: Callable[..., BoostedCascade], name: str) -> None:
    values = json.loads(cascade_to_json(random_cascade("haar")))
    values["stages"][1][name] = None
    with pytest.raises(WeightsCorruptError, match=f"cascade, stage 1, {name}: needs"):
        cascade_from_json(json.dumps(values).encode())


def test_json_keeps_every_bit(random_cascade: Callable[..., BoostedCascade]) -> None:
    cascade = random_cascade("haar", seed=3)
    again = cascade_from_json(cascade_to_json(cascade))
    for old, new in zip(cascade.stages, again.stages, strict=True):
        np.testing.assert_array_equal(old.split.view(np.int32), new.split.view(np.int32))
        np.testing.assert_array_equal(old.leaves.view(np.int32), new.leaves.view(np.int32))
        assert old.threshold == new.threshold
