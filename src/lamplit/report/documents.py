"""One input's result as a nested document, for programs that read JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from lamplit.core.head_pose import HeadPose
from lamplit.core.values import Face, InputResult, LightReading
from lamplit.report.rows import storable_text


def document_from(result: InputResult) -> dict[str, Any]:
    """Return a result as plain values.

    Parameters
    ----------
    result : InputResult
        What became of one input.

    Returns
    -------
    dict
        source, status, message, width, height, light and faces; the last four are null where the input could
        not be read. The light has its verdict and numbers, without the histogram. A face has its pose
        (angles in degrees, the residual in eye distances) and its 68 landmarks (x, y) in pixels, null where
        there are none.

    Examples
    --------
    >>> document_from(InputResult(source="a.jpg", status="empty", message="no bytes"))["faces"] is None
    True
    """
    return _document(result, _light, _face)


def light_document(result: InputResult) -> dict[str, Any]:
    """Return what a result says about light as plain values, histograms included.

    Parameters
    ----------
    result : InputResult
        What became of one input.

    Returns
    -------
    dict
        source, status, message, width, height, light and faces, each face with box, score and light; the last
        four are null where the input could not be read.

    Examples
    --------
    >>> light_document(InputResult(source="a.jpg", status="empty", message="no bytes"))["light"] is None
    True
    """
    return _document(result, _light_with_histogram, _lit_face)


def _document(
    result: InputResult,
    light: Callable[[LightReading], dict[str, Any]],
    face: Callable[[Face], dict[str, Any]],
) -> dict[str, Any]:
    """Return a result with its light and its faces said in the given ways."""
    frame = result.frame
    return {
        "source": storable_text(result.source),
        "status": result.status,
        "message": storable_text(result.message),
        "width": None if frame is None else frame.width,
        "height": None if frame is None else frame.height,
        "light": None if frame is None else light(frame.light),
        "faces": None if frame is None else [face(found) for found in frame],
    }


def _face(face: Face) -> dict[str, Any]:
    """Return a face as plain values."""
    return {
        **_place(face),
        "expression": face.expression,
        "verdict": face.verdict,
        "probabilities": {label: round(value, 6) for label, value in face.probabilities.items()},
        "light": _light(face.light),
        "pose": None if face.pose is None else _pose(face.pose),
        "landmarks": None if face.landmarks is None else face.landmarks.astype(float).round(2).tolist(),
    }


def _pose(pose: HeadPose) -> dict[str, float]:
    """Return the angles of a head in degrees, and how well they explain its landmarks."""
    return {name: round(value, 3) + 0.0 for name, value in dataclasses.asdict(pose).items()}


def _lit_face(face: Face) -> dict[str, Any]:
    """Return the light of a face as plain values."""
    return {**_place(face), "light": _light_with_histogram(face.light)}


def _place(face: Face) -> dict[str, Any]:
    """Return where a face is."""
    return {
        "box": face.box.xyxy.tolist(),
        "score": face.score if math.isfinite(face.score) else None,  # JSON has no word for infinity
    }


def _light(light: LightReading) -> dict[str, Any]:
    """Return a light reading without its histogram."""
    return {"verdict": list(light.verdict), "usable": light.usable, **light.as_dict()}


def _light_with_histogram(light: LightReading) -> dict[str, Any]:
    """Return all of a light reading."""
    return {**_light(light), "histogram": list(light.histogram)}
