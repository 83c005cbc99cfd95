"""Cascades as OpenCV writes them: XML with type_id "opencv-cascade-classifier"."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import numpy as np

from lamplit.boosting.cascade import SUBSET_WORDS, BoostedCascade, CascadeStage
from lamplit.boosting.cascade_features import HAAR_RECTANGLES, HaarRectangles, LBPRectangles
from lamplit.boosting.safe_xml import parse_xml
from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError

TYPE_ID = "opencv-cascade-classifier"
OLD_TYPE_ID = "opencv-haar-classifier"
CATEGORIES = {"HAAR": 0, "LBP": 256}


def cascade_from_xml(content: bytes, *, name: str = "cascade") -> BoostedCascade:
    """Read a cascade in OpenCV's format of today (Haar-like features or local binary patterns).

    Parameters
    ----------
    content : bytes
        The XML.
    name : str
        What errors call it, such as the path that it came from.

    Returns
    -------
    BoostedCascade
        The cascade.

    Raises
    ------
    WeightsCorruptError
        If it is no XML, no cascade, one of OpenCV's first format, or damaged.

    Notes
    -----
    Document types and entities are refused, so that a hostile file can neither grow nor read others. In
    trees of one node OpenCV takes the first leaf for the left one whatever the file says, and so it is here.

    Examples
    --------
    >>> cascade_from_xml(b"<opencv_storage/>", name="empty.xml")
    Traceback (most recent call last):
    lamplit.core.errors.WeightsCorruptError: empty.xml: needs a cascade of OpenCV, got an empty document
    """
    root = next(iter(parse_xml(content, name)), None)
    if root is None:
        raise WeightsCorruptError(name, "a cascade of OpenCV", "an empty document")
    return _Reader(name).cascade(root)


class _Reader:
    """Turns elements into arrays; `name` is what errors call the file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cascade(self, root: Element) -> BoostedCascade:
        """Return the whole cascade."""
        kind = self._checked_kind(root)
        window = (self._whole(root, "height"), self._whole(root, "width"))
        features = self._haar(root) if kind == "HAAR" else self._lbp(root)
        stages = []
        for number, element in enumerate(self._items(root, "stages")):
            try:
                stages.append(self._stage(element, lbp=kind == "LBP"))
            except InvalidArgumentError as error:
                raise self._damaged(f"stage {number}", error) from error
        try:
            return BoostedCascade(window, features, _as_opencv_reads(stages))
        except InvalidArgumentError as error:
            raise self._damaged("the cascade", error) from error

    def _checked_kind(self, root: Element) -> str:
        """Return the kind of features of a cascade that lamplit knows."""
        type_id = root.get("type_id", "")
        if type_id == OLD_TYPE_ID:
            hint = "convert it first: cv2.CascadeClassifier.convert(old_path, new_path)"
            raise WeightsCorruptError(self.name, f'type_id "{TYPE_ID}"', "OpenCV's first format", hint)
        if type_id not in (TYPE_ID, ""):  # some of OpenCV's own files say nothing here
            raise WeightsCorruptError(self.name, f'type_id "{TYPE_ID}"', repr(type_id))
        kind, stage_type = self._text(root, "featureType"), self._text(root, "stageType")
        if kind not in CATEGORIES or stage_type != "BOOST":
            required = f"boosted stages over one of {list(CATEGORIES)}"
            raise WeightsCorruptError(self.name, required, f"{stage_type} over {kind}")
        categories = self._whole(root, "featureParams/maxCatCount")
        if categories != CATEGORIES[kind]:
            raise WeightsCorruptError(
                self.name, f"maxCatCount {CATEGORIES[kind]} for {kind}", str(categories)
            )
        return kind

    def _haar(self, root: Element) -> HaarRectangles:
        """Return the features of a Haar cascade."""
        elements = list(self._items(root, "features"))
        rectangles = np.zeros((len(elements), HAAR_RECTANGLES, 5))
        for i, element in enumerate(elements):
            rows = [self._numbers(rectangle, n=5) for rectangle in self._items(element, "rects")]
            if len(rows) > HAAR_RECTANGLES:
                raise WeightsCorruptError(self.name, "at most 3 rectangles to a feature", str(len(rows)))
            rectangles[i, : len(rows)] = rows
        rectangles[rectangles[..., 4] == 0] = 0  # OpenCV skips rectangles without a weight
        tilted = [bool(self._whole(e, "tilted")) if e.find("tilted") is not None else False for e in elements]
        try:
            return HaarRectangles(rectangles[..., :4], rectangles[..., 4], np.array(tilted, dtype=bool))
        except InvalidArgumentError as error:
            raise self._damaged("features", error) from error

    def _lbp(self, root: Element) -> LBPRectangles:
        """Return the features of a cascade over local binary patterns."""
        rows = [self._numbers(self._child(e, "rect"), n=4) for e in self._items(root, "features")]
        try:
            return LBPRectangles(np.array(rows).reshape(-1, 4))
        except InvalidArgumentError as error:
            raise self._damaged("features", error) from error

    def _stage(self, element: Element, *, lbp: bool) -> CascadeStage:
        """Return one stage."""
        step = 3 + (SUBSET_WORDS if lbp else 1)
        nodes, leaves = [], []
        for tree in self._items(element, "weakClassifiers"):
            numbers = self._numbers(self._child(tree, "internalNodes"))
            if not len(numbers) or len(numbers) % step:
                required = f"{step} numbers to a node"
                raise WeightsCorruptError(f"{self.name}, internalNodes", required, str(len(numbers)))
            nodes.append(numbers.reshape(-1, step))
            leaves.append(self._numbers(self._child(tree, "leafValues"), n=len(nodes[-1]) + 1))
        if not nodes:
            raise WeightsCorruptError(f"{self.name}, weakClassifiers", "at least one tree", "none")
        table = np.concatenate(nodes)
        return CascadeStage(
            threshold=float(self._numbers(self._child(element, "stageThreshold"), n=1)[0]),
            sizes=np.array([len(tree) for tree in nodes]),
            left=table[:, 0],
            right=table[:, 1],
            feature=table[:, 2],
            split=table[:, 3:] if lbp else table[:, 3],
            leaves=np.concatenate(leaves),
        )

    def _items(self, parent: Element, tag: str) -> Iterator[Element]:
        """Return the elements of a list."""
        return iter(self._child(parent, tag))

    def _child(self, parent: Element, path: str) -> Element:
        """Return what must be there."""
        child = parent.find(path)
        if child is None:
            raise WeightsCorruptError(self.name, f"an element {path!r} in {parent.tag!r}", "none")
        return child

    def _text(self, parent: Element, path: str) -> str:
        """Return the text of a child."""
        return (self._child(parent, path).text or "").strip()

    def _whole(self, parent: Element, path: str) -> int:
        """Return a whole number."""
        number = float(self._numbers(self._child(parent, path), n=1)[0])
        if not number.is_integer():
            raise WeightsCorruptError(f"{self.name}, {path}", "a whole number", f"{number:g}")
        return int(number)

    def _numbers(self, element: Element, *, n: int | None = None) -> AnyArray:
        """Return the numbers of an element, all finite; `n` of them where that is given."""
        subject = f"{self.name}, {element.tag}"
        try:
            numbers = np.array((element.text or "").split(), dtype=np.float64)
        except ValueError as error:
            raise WeightsCorruptError(subject, "numbers", str(error)) from error
        if not np.isfinite(numbers).all() or (n is not None and len(numbers) != n):
            required = "finite numbers" if n is None else f"{n} finite numbers"
            raise WeightsCorruptError(subject, required, repr((element.text or "").strip()[:60]))
        return numbers

    def _damaged(self, what: str, error: InvalidArgumentError) -> WeightsCorruptError:
        """Return an error of the content as one of the file."""
        subject = error.subject if what in error.subject else f"{what}, {error.subject}"
        return WeightsCorruptError(f"{self.name}, {subject}", error.required, error.came)


def _as_opencv_reads(stages: list[CascadeStage]) -> list[CascadeStage]:
    """Return the stages with the first leaf to the left where all trees are of one node."""
    if not all(stage.is_of_stumps for stage in stages):
        return stages
    return [
        CascadeStage(s.threshold, s.sizes, s.left * 0, s.right * 0 - 1, s.feature, s.split, s.leaves)
        for s in stages
    ]
