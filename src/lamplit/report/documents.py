"""One input's result as a nested document, for programs that read JSON."""

from __future__ import annotations

import math
from typing import Any

from lamplit.core.values import Face, InputResult
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
        not be read.

    Examples
    --------
    >>> document_from(InputResult(source="a.jpg", status="empty", message="no bytes"))["faces"] is None
    True
    """
    frame = result.frame
    return {
        "source": storable_text(result.source),
        "status": result.status,
        "message": storable_text(result.message),
        "width": None if frame is None else frame.width,
        "height": None if frame is None else frame.height,
        "light": None if frame is None else frame.light.as_dict(),
        "faces": None if frame is None else [_face(face) for face in frame],
    }


def _face(face: Face) -> dict[str, Any]:
    """Return a face as plain values."""
    return {
        "box": face.box.xyxy.tolist(),
        "score": face.score if math.isfinite(face.score) else None,  # JSON has no word for infinity
        "expression": face.expression,
        "probabilities": {label: round(value, 6) for label, value in face.probabilities.items()},
        "light": face.light.as_dict(),
    }
