"""Results as rows: one per face, and one for an input without a face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.landmarks import N_POINTS
from lamplit.core.light import STATISTICS
from lamplit.core.values import Face, InputResult, LightReading

Row: TypeAlias = dict[str, str | int | float | bool | None]
"""One row of a table: a value, or None, under every column's name."""

_INPUT_COLUMNS: dict[str, type] = {
    "source": str,
    "status": str,
    "message": str,
    "width": int,
    "height": int,
    "n_faces": int,
}
_BOX_COLUMNS = ("x1", "y1", "x2", "y2")
_FACE_COLUMNS: dict[str, type] = {
    "face": int,
    **dict.fromkeys(_BOX_COLUMNS, float),
    "score": float,
    "expression": str,
    "probability": float,
    "verdict": str,
}
_POSE_COLUMNS = ("yaw", "pitch", "roll")
_LANDMARK_COLUMNS = tuple(f"{axis}_{number}" for axis in "xy" for number in range(N_POINTS))
_LIGHT_COLUMNS: dict[str, type] = {"verdict": str, "usable": bool, **dict.fromkeys(STATISTICS, float)}

_PIXEL_DECIMALS = 3
_DECIMALS = 6


def column_types(labels: Sequence[str], *, landmarks: bool = False) -> dict[str, type]:
    """Name the columns of a results table, with the type of each.

    Parameters
    ----------
    labels : sequence of str
        The labels whose probabilities the table holds.
    landmarks : bool
        Whether the 68 landmarks have columns, too: x_0 to x_67, then y_0 to y_67.

    Returns
    -------
    dict of str to type
        str, int, float or bool by column, in the order of the table.

    Raises
    ------
    InvalidArgumentError
        If a label stands twice or has the name of another column.

    Examples
    --------
    >>> list(column_types(["neutral", "happiness"]))[13:21]
    ['probability', 'verdict', 'neutral', 'happiness', 'yaw', 'pitch', 'roll', 'face_light_verdict']
    """
    face_light, frame_light = _light_columns("face"), _light_columns("frame")
    points = _LANDMARK_COLUMNS if landmarks else ()
    columns = {*_INPUT_COLUMNS, *_FACE_COLUMNS, *_POSE_COLUMNS, *points, *face_light, *frame_light}
    taken = sorted(columns.intersection(labels))
    if taken or len(set(labels)) != len(labels):
        required = "labels that differ from each other and from the other columns"
        raise InvalidArgumentError("labels", required, repr(taken or list(labels)))
    return {
        **_INPUT_COLUMNS,
        **_FACE_COLUMNS,
        **dict.fromkeys(labels, float),
        **dict.fromkeys(_POSE_COLUMNS, float),
        **face_light,
        **frame_light,
        **dict.fromkeys(points, float),
    }


def rows_from(result: InputResult, labels: Sequence[str], *, landmarks: bool = False) -> list[Row]:
    """Turn the result for one input into the rows of a table.

    Parameters
    ----------
    result : InputResult
        What became of the input.
    labels : sequence of str
        The labels whose probabilities the table holds.
    landmarks : bool
        Whether rows have the columns of the landmarks.

    Returns
    -------
    list of dict
        One row per face, or exactly one for an input without a face or with an error. Every row has
        every column of `column_types`, in that order, and None where there is nothing to say.

    Raises
    ------
    InvalidArgumentError
        If the labels do not fit as columns, or a face has a label that is not among them.

    Notes
    -----
    Probabilities, scores and light are rounded to 6 decimals, pixels and degrees to 3, so that every format
    holds the same numbers. A number that is not finite becomes None. The verdict on the light is its words
    joined by "+"; the histogram is left out, because its 256 counts would make up nearly all of the table.
    White space in messages becomes single spaces; a source stays as it is, but for what UTF-8 cannot hold
    (see `storable_text`).

    Examples
    --------
    >>> rows = rows_from(InputResult(source="a.jpg", status="empty", message="no bytes"), ["neutral"])
    >>> len(rows), rows[0]["status"], rows[0]["face"]
    (1, 'empty', None)
    """
    blank: Row = dict.fromkeys(column_types(labels, landmarks=landmarks))
    blank.update(_input_values(result))
    faces = result.frame.faces if result.frame is not None else ()
    if not faces:
        return [blank]
    return [
        blank | {"face": index} | _face_values(face, labels) | (_points(face) if landmarks else {})
        for index, face in enumerate(faces)
    ]


def storable_text(text: str) -> str:
    r"""Write as escapes what UTF-8 cannot hold, such as the bytes of a file name in another encoding.

    Parameters
    ----------
    text : str
        Any text; names from the file system may hold lone surrogates (PEP 383).

    Returns
    -------
    str
        The same text, with each surrogate as a backslash escape.

    Examples
    --------
    >>> print(storable_text("caf\udce9.jpg"))
    caf\udce9.jpg
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _input_values(result: InputResult) -> Row:
    """Give the columns that all rows of one input share."""
    values: Row = {
        "source": storable_text(result.source),
        "status": result.status,
        "message": " ".join(storable_text(result.message).split()),
    }
    if result.frame is not None:
        frame = result.frame
        values |= {"width": int(frame.width), "height": int(frame.height), "n_faces": len(frame)}
        values |= _light_values("frame", frame.light)
    return values


def _face_values(face: Face, labels: Sequence[str]) -> Row:
    """Give the columns of one face."""
    unknown = [label for label in face.labels if label not in labels]
    if unknown:
        raise InvalidArgumentError(
            "labels", f"all labels of the faces, among them {unknown}", f"{list(labels)}"
        )
    edges = (face.box.x1, face.box.y1, face.box.x2, face.box.y2)
    values: Row = {name: _rounded(x, _PIXEL_DECIMALS) for name, x in zip(_BOX_COLUMNS, edges, strict=True)}
    values |= {"score": _rounded(face.score), "expression": face.expression}
    values |= {"probability": _rounded(face.probability), "verdict": face.verdict}
    values |= {label: _rounded(probability) for label, probability in face.probabilities.items()}
    if face.pose is not None:
        values |= {name: _rounded(getattr(face.pose, name), _PIXEL_DECIMALS) for name in _POSE_COLUMNS}
    return values | _light_values("face", face.light)


def _points(face: Face) -> Row:
    """Give the columns of the landmarks; none where there are no landmarks."""
    if face.landmarks is None:
        return {}
    numbers = face.landmarks.T.ravel().tolist()  # all x, then all y
    return {name: _rounded(n, _PIXEL_DECIMALS) for name, n in zip(_LANDMARK_COLUMNS, numbers, strict=True)}


def _light_columns(prefix: str) -> dict[str, type]:
    """Name the columns of one light reading."""
    # A whole picture has no surround that it could stand against.
    left_out = {"backlight"} if prefix == "frame" else set()
    return {f"{prefix}_light_{name}": kind for name, kind in _LIGHT_COLUMNS.items() if name not in left_out}


def _light_values(prefix: str, light: LightReading) -> Row:
    """Give the columns of one light reading."""
    numbers = {name: _rounded(value) for name, value in light.as_dict().items()}
    values: Row = {"verdict": "+".join(light.verdict), "usable": light.usable, **numbers}
    return {column: values[column.removeprefix(f"{prefix}_light_")] for column in _light_columns(prefix)}


def _rounded(value: float | None, decimals: int = _DECIMALS) -> float | None:
    """Round to a plain float; None for what JSON has no number for."""
    number = math.nan if value is None else float(value)
    # Adding zero turns -0.0 into 0.0.
    return round(number, decimals) + 0.0 if math.isfinite(number) else None
