"""Results as JSON documents."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lamplit.core.head_pose import HeadPose
from lamplit.core.values import Box, Face, FrameResult, InputResult
from lamplit.light import measure
from lamplit.report.documents import document_from, light_document

LIGHT = measure(np.arange(256, dtype=np.uint8).reshape(16, 16))


def result(*scores: float, source: str = "a.jpg") -> InputResult:
    faces = tuple(
        Face(
            box=Box(1.5, 2, 49.25, 66),
            score=score,
            labels=("neutral", "happiness"),
            distribution=(1 / 3, 2 / 3),
            light=LIGHT,
        )
        for score in scores
    )
    frame = FrameResult(faces=faces, light=LIGHT, height=480, width=640)
    return InputResult(source=source, status="ok" if faces else "no face", frame=frame)


def through_json(value: InputResult) -> Any:
    """Strictly: NaN and infinity are no JSON."""
    return json.loads(json.dumps(document_from(value), allow_nan=False))


def test_landmarks_and_pose_in_a_document() -> None:
    before = result(3.5)
    assert before.frame is not None
    points = np.linspace(-1, 200, 136, dtype=np.float32).reshape(68, 2)
    pose = HeadPose(yaw=1.23456, pitch=-0.0, roll=3.0, residual=0.02)
    faces = (replace(before.frame.faces[0], landmarks=points, pose=pose),)
    (face,) = through_json(replace(before, frame=replace(before.frame, faces=faces)))["faces"]
    assert face["pose"] == {"yaw": 1.235, "pitch": 0.0, "roll": 3.0, "residual": 0.02}
    np.testing.assert_allclose(face["landmarks"], points, atol=0.006)


def test_a_face_as_a_document() -> None:
    document = through_json(result(3.5))
    light = document["light"]
    assert document == {
        "source": "a.jpg",
        "status": "ok",
        "message": "",
        "width": 640,
        "height": 480,
        "light": light,
        "faces": [
            {
                "box": [1.5, 2.0, 49.25, 66.0],
                "score": 3.5,
                "expression": "happiness",
                "verdict": "ok",
                "probabilities": {"neutral": 0.333333, "happiness": 0.666667},
                "light": light,
                "pose": None,
                "landmarks": None,
            }
        ],
    }
    assert light == {"verdict": ["good"], "usable": True, **LIGHT.as_dict()}
    assert list(document["faces"][0]["probabilities"]) == ["neutral", "happiness"]


def test_the_light_alone_has_its_histogram() -> None:
    document = json.loads(json.dumps(light_document(result(3.5)), allow_nan=False))
    analysed = through_json(result(3.5))
    light = {**analysed["light"], "histogram": [1] * 256}
    face = {"box": [1.5, 2.0, 49.25, 66.0], "score": 3.5, "light": light}
    assert document == {**analysed, "light": light, "faces": [face]}


def test_the_light_of_a_failed_input_is_null() -> None:
    document = light_document(InputResult(source="b.jpg", status="empty", message="no bytes"))
    assert document == {
        "source": "b.jpg", "status": "empty", "message": "no bytes",
        "width": None, "height": None, "light": None, "faces": None,
    }  # fmt: skip


def test_a_picture_without_a_face_has_an_empty_list() -> None:
    document = through_json(result())
    assert (document["status"], document["faces"], document["width"]) == ("no face", [], 640)
    assert document["light"]["mean"] == pytest.approx(0.5)


def test_a_failed_input_has_nulls() -> None:
    document = through_json(
        InputResult(source="b.jpg", status="empty", message="needs a picture, got 0 bytes")
    )
    assert document == {
        "source": "b.jpg",
        "status": "empty",
        "message": "needs a picture, got 0 bytes",
        "width": None,
        "height": None,
        "light": None,
        "faces": None,
    }


def test_faces_keep_their_order() -> None:
    assert [face["score"] for face in through_json(result(1.0, 3.0, 2.0))["faces"]] == [1.0, 3.0, 2.0]


@pytest.mark.parametrize("score", [math.inf, -math.inf, math.nan])
def test_a_score_that_json_cannot_hold_is_null(score: float) -> None:
    assert through_json(result(score))["faces"][0]["score"] is None


def test_names_that_are_no_utf8_become_escapes() -> None:
    document = document_from(result(source="caf\udce9.jpg"))
    assert document["source"] == "caf\\udce9.jpg"
    document["source"].encode("utf-8")
    assert through_json(result(source="日本 😀.jpg"))["source"] == "日本 😀.jpg"
