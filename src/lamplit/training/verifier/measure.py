"""How many faces detector and verifier find together, in scenes that neither learns from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.boxes import iou
from lamplit.core.values import Detection
from lamplit.faces.detector import FaceDetector
from lamplit.faces.verifier import crops_of
from lamplit.training.detector.measure import OVERLAP
from lamplit.training.scenes.composing import Scene

FALSE = 0.05
"""False positives per scene at which recall is read."""

KINDS = ("good", "spoilt")
"""Kinds of scenes, as `lamplit.training.detector.measure.held_out_scenes` names them."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a detector proposes in scenes.

    Parameters
    ----------
    crops : ndarray of shape (N, S, S), uint8
        Of all proposals that count.
    logits : ndarray of shape (N,), float32
        The detector's.
    face : ndarray of shape (N,), int
        Number of the face that each shows, counted through all scenes; -1 where it shows none.
    faces, scenes : int
        How many there are.
    """

    crops: ByteArray
    logits: FloatArray
    face: AnyArray
    faces: int
    scenes: int


HeldOut = Mapping[str, Seen]


def seen_by(detector: FaceDetector, scenes: Sequence[Scene], *, size: int) -> Seen:
    """Let a detector look at scenes.

    Parameters
    ----------
    detector : FaceDetector
        Its scores lie in (0, 1).
    scenes : sequence of Scene
        With their faces.
    size : int
        Side of the crops in pixels.

    Returns
    -------
    Seen
        Once for all epochs.
    """
    crops, scores, face, faces = [], [], [], 0
    for scene in scenes:
        numbers = np.cumsum(scene.counts) - 1 + faces
        faces += int(scene.counts.sum())
        for one in detector.detect(scene.image):
            shown = _shown(one, scene)
            if shown is not None and not scene.counts[shown]:
                continue  # neither right nor wrong to find
            crops.append(crops_of(scene.image, [one.box], size)[0])
            scores.append(one.score)
            face.append(-1 if shown is None else int(numbers[shown]))
    said = np.clip(np.array(scores, np.float32), 1e-6, 1 - 1e-6)
    stacked = np.stack(crops) if crops else np.zeros((0, size, size), np.uint8)
    return Seen(stacked, np.log(said / (1 - said)), np.array(face, int), faces, len(scenes))


def _shown(found: Detection, scene: Scene) -> int | None:
    """Return the number of the face that a detection shows, if any."""
    if not len(scene.boxes):
        return None
    overlap = iou(found.box.xyxy[None], scene.boxes)[0]
    face = int(overlap.argmax())
    return face if overlap[face] >= OVERLAP else None


def rates_of(seen: HeldOut, verifier: Callable[[ByteArray], FloatArray]) -> dict[str, float]:
    """Return the share of the faces found at 0.05 false positives per scene.

    Parameters
    ----------
    seen : mapping
        By kind of scene.
    verifier : callable
        Gives the logits (N,) of crops (N, S, S).

    Returns
    -------
    dict
        `recall_<kind>`, by the sum of both logits, and `alone_<kind>`, by the detector's.
    """
    rates = {}
    for kind, one in seen.items():
        rates[f"recall_{kind}"] = _recall(one, one.logits + verifier(one.crops))
        rates[f"alone_{kind}"] = _recall(one, one.logits)
    return rates


def _recall(seen: Seen, scores: FloatArray) -> float:
    """Return the recall at the allowed rate of false positives; a face that is found again is one of them."""
    order = np.argsort(-scores, kind="stable")
    faces, first = np.unique(seen.face[order], return_index=True)
    right = np.zeros(len(order), bool)
    right[first[faces >= 0]] = True
    allowed = np.cumsum(~right) <= FALSE * seen.scenes
    return float(right[allowed].sum()) / max(seen.faces, 1)
