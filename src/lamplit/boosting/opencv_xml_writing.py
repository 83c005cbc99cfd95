"""Writing of cascades as XML that OpenCV's CascadeClassifier loads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lamplit.boosting.cascade import BoostedCascade, CascadeStage
from lamplit.boosting.cascade_features import HaarRectangles, LBPRectangles
from lamplit.boosting.opencv_xml import CATEGORIES, TYPE_ID
from lamplit.core.arrays import AnyArray


def cascade_to_xml(cascade: BoostedCascade) -> bytes:
    """Write a cascade as OpenCV does.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.

    Returns
    -------
    bytes
        The XML; `cv2.CascadeClassifier` finds with it what lamplit finds.

    Examples
    --------
    >>> stage = CascadeStage(0.5, [1], [0], [-1], [0], [[1] * 8], [-1.0, 1.0])
    >>> cascade_to_xml(BoostedCascade((24, 24), LBPRectangles([[0, 0, 2, 2]]), [stage])).split()[0]
    b'<?xml'
    """
    return ("\n".join(_lines(cascade)) + "\n").encode("ascii")


def _lines(cascade: BoostedCascade) -> Iterator[str]:
    """Return the file line by line."""
    kind = cascade.kind.upper()
    yield '<?xml version="1.0"?>'
    yield "<opencv_storage>"
    yield f'<cascade type_id="{TYPE_ID}"><stageType>BOOST</stageType>'
    yield f"  <featureType>{kind}</featureType>"
    yield f"  <height>{cascade.window[0]}</height>"
    yield f"  <width>{cascade.window[1]}</width>"
    most = max(stage.n_trees for stage in cascade.stages)
    yield f"  <stageParams><maxWeakCount>{most}</maxWeakCount></stageParams>"
    yield f"  <featureParams><maxCatCount>{CATEGORIES[kind]}</maxCatCount></featureParams>"
    yield f"  <stageNum>{len(cascade.stages)}</stageNum>"
    yield "  <stages>"
    for stage in cascade.stages:
        yield from _stage_lines(_first_leaf_left(stage) if cascade.is_of_stumps else stage)
    yield "  </stages>"
    yield "  <features>"
    yield from _feature_lines(cascade.features)
    yield "  </features></cascade>"
    yield "</opencv_storage>"


def _first_leaf_left(stage: CascadeStage) -> CascadeStage:
    """Return a stage of stumps with the first leaf to the left: OpenCV looks at nothing else."""
    pairs = stage.leaves.reshape(-1, 2)  # (T, 2)
    rows = np.arange(len(pairs))
    leaves = np.stack([pairs[rows, -stage.left], pairs[rows, -stage.right]], axis=1)
    return CascadeStage(
        stage.threshold, stage.sizes, stage.left * 0, stage.right * 0 - 1, stage.feature, stage.split,
        leaves.ravel(),
    )  # fmt: skip


def _stage_lines(stage: CascadeStage) -> Iterator[str]:
    """Return one stage."""
    yield f"    <_><maxWeakCount>{stage.n_trees}</maxWeakCount>"
    yield f"      <stageThreshold>{_real(stage.threshold)}</stageThreshold>"
    yield "      <weakClassifiers>"
    for nodes, leaves in stage.parts():
        words = " ".join(_node_words(stage, i) for i in range(nodes.start, nodes.stop))
        values = " ".join(map(_real, stage.leaves[leaves]))
        yield f"        <_><internalNodes>{words}</internalNodes>"
        yield f"          <leafValues>{values}</leafValues></_>"
    yield "      </weakClassifiers></_>"


def _node_words(stage: CascadeStage, i: int) -> str:
    """Return one node as OpenCV lines it up: left, right, feature, then threshold or subset."""
    split = stage.split[i]
    last = " ".join(map(str, split.tolist())) if np.ndim(split) else _real(split)
    return f"{stage.left[i]} {stage.right[i]} {stage.feature[i]} {last}"


def _feature_lines(features: HaarRectangles | LBPRectangles) -> Iterator[str]:
    """Return the features."""
    if isinstance(features, LBPRectangles):
        for rectangle in features.rectangles:
            yield f"    <_><rect>{_words(rectangle)}</rect></_>"
        return
    for rectangles, weights, tilted in zip(
        features.rectangles, features.weights, features.tilted, strict=True
    ):
        used = [f"<_>{_words(r)} {_real(w)}</_>" for r, w in zip(rectangles, weights, strict=True) if w]
        yield f"    <_><rects>{''.join(used)}</rects><tilted>{int(tilted)}</tilted></_>"


def _words(numbers: AnyArray) -> str:
    """Return whole numbers with spaces between them."""
    return " ".join(map(str, numbers.tolist()))


def _real(number: float) -> str:
    """Return a float32 in nine digits, which name it and no other; OpenCV knows reals by their point."""
    text = f"{float(number):.9g}"
    return text if "." in text or "e" in text else f"{text}."
