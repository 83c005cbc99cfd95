"""How many faces a detector in training finds, in scenes that it does not learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.boxes import iou, nms
from lamplit.core.detector_grid import STEP, cells_of
from lamplit.core.values import Detection
from lamplit.faces.net import best_answers, detection
from lamplit.training.scenes.composing import Scene, compose_scene
from lamplit.training.scenes.spoiling import Spoiling
from lamplit.training.scenes.stock import SceneStock

SIZE = 320
"""Side of the scenes."""

OVERLAP = 0.4
"""Intersection over union with a face's box from which a detection is right."""

FALSE = 0.1
"""False positives per scene at which recall is read."""

LEAST_SCORE = 0.02

MOST = 400
"""Cells of a scene, the surest first, whose boxes are compared: a fresh network answers from everywhere."""

UNSPOILT = Spoiling(shading=0, blur=0, light=0, flat=0, noise=0, printed=0, jpeg=0)


def held_out_scenes(stock: SceneStock, n: int, *, spoiling: Spoiling) -> dict[str, list[Scene]]:
    """Compose scenes to measure on, always the same ones.

    Parameters
    ----------
    stock : SceneStock
        Faces and pictures that nothing is learnt from.
    n : int
        Scenes of each kind.
    spoiling : Spoiling
        What the spoilt ones suffer.

    Returns
    -------
    dict
        "good" and "spoilt" scenes.
    """
    kinds = {"good": UNSPOILT, "spoilt": spoiling}
    return {
        kind: [
            compose_scene(stock, SIZE, np.random.default_rng([31, number]), spoiling=how)
            for number in range(n)
        ]
        for kind, how in kinds.items()
    }


def recalls(network: nn.Module, scenes: Mapping[str, Sequence[Scene]]) -> dict[str, float]:
    """Return the share of the faces found at 0.1 false positives per scene.

    Parameters
    ----------
    network : torch.nn.Module
        The detector, in evaluation mode.
    scenes : mapping
        Scenes by kind.

    Returns
    -------
    dict
        `recall_<kind>` for each kind.
    """
    return {f"recall_{kind}": _recall(network, some) for kind, some in scenes.items()}


def detections_in(network: nn.Module, picture: ByteArray, *, threshold: float = 0.5) -> list[Detection]:
    """Find faces with a network that is being trained, at the picture's own size.

    Parameters
    ----------
    network : torch.nn.Module
        The detector, in evaluation mode.
    picture : ndarray of shape (H, W), uint8
        Grey.
    threshold : float
        Least score.

    Returns
    -------
    list of Detection
        Best first.
    """
    height, width = (-(-length // STEP) * STEP for length in picture.shape)
    whole = np.pad(picture, ((0, height - len(picture)), (0, width - picture.shape[1])), mode="edge")
    device = next(network.parameters()).device
    with torch.no_grad():
        answers = network(torch.from_numpy(whole)[None, None].to(device).float() / 255.0)[0]
    cells = cells_of(height, width)
    said = answers.float().cpu().numpy()
    scores, boxes, points = best_answers(said, cells, threshold=threshold, most=MOST)
    return [detection(scores[i], boxes[i], points[i]) for i in nms(boxes, scores, overlap=OVERLAP)]


def judge(found: Sequence[Detection], boxes: FloatArray, counts: FloatArray) -> list[tuple[float, bool]]:
    """Say which detections are right.

    Parameters
    ----------
    found : sequence of Detection
        Best first.
    boxes : ndarray of shape (N, 4)
        The faces.
    counts : ndarray of shape (N,), bool
        Faces that are neither right nor wrong to find are False.

    Returns
    -------
    list of (float, bool)
        Score and whether right, of those that count: each face is found once, by the surest detection whose
        box overlaps it by 0.4.
    """
    free, judged = np.ones(len(boxes), bool), []
    for one in found:
        overlap = iou(one.box.xyxy[None], boxes)[0] * free if len(boxes) else np.zeros(1)
        face = int(overlap.argmax())
        if overlap[face] < OVERLAP:
            judged.append((one.score, False))
            continue
        free[face] = False
        if counts[face]:
            judged.append((one.score, True))
    return judged


def _recall(network: nn.Module, scenes: Sequence[Scene]) -> float:
    """Return the recall over scenes at the allowed rate of false positives."""
    judged: list[tuple[float, bool]] = []
    for scene in scenes:
        judged += judge(detections_in(network, scene.image, threshold=LEAST_SCORE), scene.boxes, scene.counts)
    faces = sum(int(scene.counts.sum()) for scene in scenes)
    right = np.array([r for _, r in sorted(judged, key=lambda pair: -pair[0])], bool)
    allowed = np.cumsum(~right) <= FALSE * len(scenes)
    return float(right[allowed].sum()) / max(faces, 1)
