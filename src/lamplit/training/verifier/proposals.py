"""What a detector proposes in a scene, cut out, and whether each is a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.boxes import iou
from lamplit.core.values import Box
from lamplit.datasets.five_points import MIRRORED
from lamplit.faces.detector import FaceDetector
from lamplit.faces.framing import verifier_square
from lamplit.faces.net import NetFaceDetector
from lamplit.faces.verifier import crops_of
from lamplit.training.scenes.composing import Scene

FACE, NO_FACE = 0.45, 0.35
"""Intersection over union with a face from which a box shows it, and up to which it shows none; boxes between
are not taught."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """Crops with what they show.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S), uint8
        Grey, framed by `lamplit.faces.framing.verifier_square`.
    is_face : ndarray of shape (N,), bool
        Whether there is a face.
    points : ndarray of shape (N, 5, 2), float32
        Its five points in fractions of the crop; NaN where there is none or they are not known.
    """

    crops: ByteArray
    is_face: AnyArray
    points: FloatArray


def proposing(name: str, least: float) -> NetFaceDetector:
    """Load a detector that proposes.

    Parameters
    ----------
    name : str
        Of a detector that comes with lamplit, or the path of its .onnx file.
    least : float
        Score from which something is a proposal, in (0, 1).

    Returns
    -------
    NetFaceDetector
        Without any verification; on one thread, so that proposals do not depend on the number of cores, and
        the others learn.

    Raises
    ------
    WeightsMissingError, WeightsCorruptError
        If it is not there or damaged.
    """
    return NetFaceDetector(name, threshold=least, verify=False, threads=1)


def proposals_in(
    scene: Scene, detector: FaceDetector, random: np.random.Generator, *, size: int, most: int
) -> Proposals:
    """Let a detector propose faces in a scene.

    Parameters
    ----------
    scene : Scene
        With its faces.
    detector : FaceDetector
        What it finds is proposed; a low threshold is wanted.
    random : numpy.random.Generator
        Decides what is left out and mirrored.
    size : int
        Side of the crops in pixels.
    most : int
        Most faces, by lot; and most proposals that are none: the surest half of them, and others by lot.

    Returns
    -------
    Proposals
        Half of the crops are mirrored.
    """
    found = [one.box for one in detector.detect(scene.image)]
    boxes = np.array([box.xyxy for box in found], np.float32).reshape(-1, 4)
    sure, none = told_apart(boxes, scene)
    faces, others = random.permutation(sure)[:most], _some(none, most, random)
    chosen = [found[number] for number in (*faces, *others)]
    crops = crops_of(scene.image, chosen, size)
    points = np.full((len(chosen), 5, 2), np.nan, np.float32)
    for number, box in enumerate(chosen[: len(faces)]):
        points[number] = _in_crop(_points_of(box, scene), box)
    mirrored = random.random(len(crops)) < 0.5
    crops[mirrored] = crops[mirrored][:, :, ::-1]
    points[mirrored] = (points[mirrored] * (-1, 1) + (1, 0))[:, MIRRORED]
    return Proposals(crops, np.arange(len(crops)) < len(faces), points)


def _points_of(box: Box, scene: Scene) -> FloatArray:
    """Return the points (5, 2) of the face that a box shows, in pixels of the scene."""
    overlap = iou(box.xyxy[None], scene.boxes)[0] * scene.counts
    points: FloatArray = scene.points[int(overlap.argmax())]
    return points


def _in_crop(points: FloatArray, box: Box) -> FloatArray:
    """Return points in fractions of the crop around a box."""
    square = verifier_square(box)
    inside: FloatArray = (points - (square.x1, square.y1)) / square.width
    return inside


def told_apart(boxes: FloatArray, scene: Scene) -> tuple[AnyArray, AnyArray]:
    """Return the numbers of the boxes that show a face, and of those that show none.

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Edges in pixels.
    scene : Scene
        With its faces; those that do not count make a box neither.

    Returns
    -------
    (ndarray of int, ndarray of int)
        Boxes that show half a face are in neither.
    """
    if not len(scene.boxes) or not len(boxes):
        return np.zeros(0, int), np.arange(len(boxes))
    overlap = iou(boxes, scene.boxes)  # (N, faces)
    counted = overlap[:, scene.counts.astype(bool)]
    sure = counted.max(axis=1, initial=0.0) >= FACE
    return np.flatnonzero(sure), np.flatnonzero(overlap.max(axis=1) <= NO_FACE)


def _some(numbers: AnyArray, most: int, random: np.random.Generator) -> AnyArray:
    """Return the first half of as many as are wanted, and others by lot; the surest come first."""
    if len(numbers) <= most:
        return numbers
    first = most // 2
    return np.concatenate([numbers[:first], random.permutation(numbers[first:])[: most - first]])
