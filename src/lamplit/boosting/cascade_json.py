"""Cascades in lamplit's own JSON: small, plain, with a version."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from lamplit.boosting.cascade import BoostedCascade, CascadeStage
from lamplit.boosting.cascade_features import HaarRectangles, LBPRectangles
from lamplit.boosting.safe_xml import MOST_BYTES
from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError

FORMAT = "lamplit-cascade"
VERSION = 1

_STAGE_ARRAYS = ("sizes", "left", "right", "feature", "split", "leaves")
_FEATURE_ARRAYS = {"haar": ("rectangles", "weights", "tilted"), "lbp": ("rectangles",)}
_KINDS = {"haar": HaarRectangles, "lbp": LBPRectangles}


def cascade_to_json(cascade: BoostedCascade) -> bytes:
    """Write a cascade as JSON.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.

    Returns
    -------
    bytes
        The JSON, a line to each stage; `cascade_from_json` makes the same cascade of it, to the last bit.

    Examples
    --------
    >>> stage = CascadeStage(0.5, [1], [0], [-1], [0], [[1] * 8], [-1.0, 1.0])
    >>> cascade = BoostedCascade((24, 24), LBPRectangles([[0, 0, 2, 2]]), [stage])
    >>> cascade_to_json(cascade)[:40]
    b'{"format":"lamplit-cascade","version":1,'
    """
    height, width = cascade.window
    head = {"format": FORMAT, "version": VERSION, "kind": cascade.kind, "height": height, "width": width}
    features = {name: _plain(getattr(cascade.features, name)) for name in _FEATURE_ARRAYS[cascade.kind]}
    stages = ",\n".join(_text(_stage_values(stage)) for stage in cascade.stages)
    return f'{_text(head)[:-1]},\n"features":{_text(features)},\n"stages":[\n{stages}\n]}}\n'.encode()


def cascade_from_json(content: bytes, *, name: str = "cascade") -> BoostedCascade:
    """Read a cascade from lamplit's JSON.

    Parameters
    ----------
    content : bytes
        The JSON.
    name : str
        What errors call it, such as the path that it came from.

    Returns
    -------
    BoostedCascade
        The cascade.

    Raises
    ------
    WeightsCorruptError
        If it is no JSON, no cascade, of a later version, or damaged.

    Examples
    --------
    >>> cascade_from_json(b"{}", name="empty.json")
    Traceback (most recent call last):
    lamplit.core.errors.WeightsCorruptError: empty.json: needs JSON of the format 'lamplit-cascade', got None
    """
    values = _parsed(content, name)
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise WeightsCorruptError(name, f"kind as one of {list(_KINDS)}", repr(kind))
    features = _entries(values.get("features"), _FEATURE_ARRAYS[kind], f"{name}, features")
    stages = values.get("stages")
    if not isinstance(stages, list):
        raise WeightsCorruptError(name, "a list of stages", type(stages).__name__)
    try:
        return BoostedCascade(
            (values.get("height", 0), values.get("width", 0)),
            _KINDS[kind](**features),
            [_stage(stage, f"{name}, stage {number}") for number, stage in enumerate(stages)],
        )
    except InvalidArgumentError as error:
        raise WeightsCorruptError(f"{name}, {error.subject}", error.required, error.came) from error


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    """Return the JSON of a version that this lamplit knows."""
    if len(content) > MOST_BYTES:
        raise WeightsCorruptError(name, f"at most {MOST_BYTES // 2**20} MB", f"{len(content):,} bytes")
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WeightsCorruptError(name, "JSON", str(error)) from error
    found = values.get("format") if isinstance(values, dict) else type(values).__name__
    if found != FORMAT:
        raise WeightsCorruptError(name, f"JSON of the format {FORMAT!r}", repr(found))
    if values.get("version") != VERSION:
        hint = "a newer lamplit may read it"
        raise WeightsCorruptError(name, f"version {VERSION}", repr(values.get("version")), hint)
    return dict(values)


def _stage(values: object, subject: str) -> CascadeStage:
    """Return one stage."""
    entries = _entries(values, ("threshold", *_STAGE_ARRAYS), subject)
    try:
        return CascadeStage(**entries)
    except InvalidArgumentError as error:
        raise WeightsCorruptError(f"{subject}, {error.subject}", error.required, error.came) from error


def _entries(values: object, names: tuple[str, ...], subject: str) -> dict[str, Any]:
    """Return the values of an object that has these keys and no others."""
    if not isinstance(values, dict) or set(values) != set(names):
        came = sorted(values) if isinstance(values, dict) else type(values).__name__
        raise WeightsCorruptError(subject, f"the keys {sorted(names)}", str(came))
    return values


def _stage_values(stage: CascadeStage) -> dict[str, Any]:
    """Return a stage as plain values."""
    threshold = _short(stage.threshold)
    return {"threshold": threshold, **{name: _plain(getattr(stage, name)) for name in _STAGE_ARRAYS}}


def _plain(array: AnyArray) -> Any:
    """Return an array as lists; bools as 0 and 1, and float32 with no more digits than they need."""
    if array.dtype != np.float32:
        return (array.astype(np.int64) if array.dtype == np.bool_ else array).tolist()
    return [_short(number) for number in array] if array.ndim == 1 else [_plain(row) for row in array]


def _short(number: float) -> float | int:
    """Return a float32 as the number of nine digits that names it and no other."""
    value = float(f"{float(number):.9g}")
    return int(value) if value.is_integer() and abs(value) < 1e9 else value


def _text(values: dict[str, Any]) -> str:
    """Return JSON without spaces."""
    return json.dumps(values, separators=(",", ":"), allow_nan=False)
