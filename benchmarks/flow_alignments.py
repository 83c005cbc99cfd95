"""How well each way to lay one face on another repeats itself on turned copies, and how well noses agree."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from rich.progress import track

from flow_pairs import Motions, Pair, Yale
from lamplit.core.errors import LamplitError
from lamplit.expression.face_motion import FaceMotion, MuscleReader
from lamplit.features.face_frame import ORIGIN, UNIT
from lamplit.features.optical_flow import local_normalisation

FAR_OFF = 100.0  # thousandths of the eye distance


def alignment_row(yale: Yale, pairs: list[Pair], alignment: str, measured: Motions) -> dict[str, Any]:
    """Say how often an alignment fails, how well it repeats itself on turned copies, how well noses agree."""
    reader, random = MuscleReader(alignment=alignment), np.random.default_rng(0)
    apart, noses, failed = [], [], 0
    for pair in track(pairs, description=f"turned copies, {alignment}"):
        person, start, end = pair
        picture = yale.pictures[f"{person}.{end}"]
        turn = cv2.getRotationMatrix2D((160, 120), random.uniform(-6, 6), random.uniform(0.94, 1.06))
        turn[:, 2] += random.uniform(-6, 6, size=2)
        copy = cv2.warpAffine(picture, turn, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        first = measured[pair]
        try:
            second = reader.compare(yale.pictures[f"{person}.{start}"], copy)
        except LamplitError:
            second = None
        if first is None or second is None:
            failed += 1
            continue
        apart.append(_apart(first, second, turn))
        noses.append(_nose_correlation(first))
    return {
        "failed": round(failed / len(pairs), 4),
        "apart_median": round(float(np.median(apart)), 2),
        "apart_90th_percentile": round(float(np.percentile(apart, 90)), 2),
        "far_off": round(float(np.mean(np.array(apart) > FAR_OFF)), 4),
        "nose_correlation_median": round(float(np.median(noses)), 4),
        "nose_correlation_10th_percentile": round(float(np.percentile(noses, 10)), 4),
    }


def _apart(first: FaceMotion, second: FaceMotion, turn: Any) -> float:
    """Mean distance of eyes and nose tip, laid on the picture with and without turning it, in thousandths."""
    x, y = ORIGIN
    points = np.array([[x - UNIT / 2, y], [x + UNIT / 2, y], [x, y + 0.6 * UNIT]])
    there = _onto(np.linalg.inv(_square(first.frames[1])), points)
    again = _onto(np.linalg.inv(_square(turn)) @ np.linalg.inv(_square(second.frames[1])), points)
    scale = np.hypot(
        first.frames[1][0, 0], first.frames[1][1, 0]
    )  # pixels of the frame per pixel of the picture
    return float(np.hypot(*(there - again).T).mean() * scale / UNIT * 1000)


def _square(transform: Any) -> Any:
    return np.vstack([transform, [0, 0, 1]])


def _onto(matrix: Any, points: Any) -> Any:
    return points @ matrix[:2, :2].T + matrix[:2, 2]


def _nose_correlation(motion: FaceMotion) -> float:
    """Correlation of the aligned faces between the eyes and along the nose, local contrast normalised."""
    x, y = (round(value) for value in ORIGIN)
    window = np.s_[y - UNIT // 10 : y + UNIT * 55 // 100, x - UNIT * 3 // 10 : x + UNIT * 3 // 10]
    first, second = (
        local_normalisation(face)[window].astype(float) for face in (motion.before, motion.after)
    )
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])
