"""Motion between crops framed as training data is: in bad light, and what a pair costs."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import numpy as np
from rich.progress import track

from flow_judging import leave_one_out, muscles
from flow_pairs import Cases, Pair, Yale
from lamplit.core.values import Box, Detection
from lamplit.expression.face_motion import MuscleReader
from lamplit.faces.detector import get_detector
from lamplit.faces.framing import crop_face, face_box
from lamplit.light.gauntlet import SEVEN_LIGHTS

CROP = 160


class WholeCrop:
    """Say where the face lies in a crop that was framed around it."""

    def detect(self, image: Any) -> list[Detection]:
        """Return one face."""
        side = float(min(image.shape[:2]))
        return [Detection(box=face_box(Box(0.0, 0.0, side, side)), score=1.0)]


def by_light(yale: Yale, cases: Cases, preparation: str) -> dict[str, float]:
    """Return accuracy with the expressive face in each light of the short protocol, taught in good light."""
    reader = MuscleReader(detector=WholeCrop(), preparation=preparation)
    crops = {
        name: _crop(yale, name)
        for pair, _ in cases
        for name in (f"{pair[0]}.{pair[1]}", f"{pair[0]}.{pair[2]}")
    }
    after = np.stack([crops[f"{pair[0]}.{pair[2]}"] for pair, _ in cases])
    good: dict[Pair, Any] = {}
    found = {}
    for light in track(SEVEN_LIGHTS, description=f"lights, preparation {preparation}"):
        lit = light.apply(after)
        rows = {
            pair: muscles(reader.compare(crops[f"{pair[0]}.{pair[1]}"], face))
            for (pair, _), face in zip(cases, lit, strict=True)
        }
        good = good or rows
        found[light.name] = leave_one_out(cases, good, rows)["accuracy"]
    return found


def milliseconds(yale: Yale, cases: Cases) -> dict[str, float]:
    """Return the processor time of one pair, one thread, median over 20 pairs."""
    crops = [[_crop(yale, f"{pair[0]}.{state}") for state in pair[1:]] for pair, _ in cases[:20]]
    whole, parts = MuscleReader(), MuscleReader(detector=WholeCrop())
    times: dict[str, list[float]] = {
        "whole pictures, detection and eyes included": [],
        "crops, detection left out": [],
    }
    for (pair, _), (before, after) in zip(cases, crops, strict=False):
        jobs = [(whole, *(yale.pictures[f"{pair[0]}.{state}"] for state in pair[1:])), (parts, before, after)]
        for row, (reader, first, second) in zip(times.values(), jobs, strict=True):
            started = time.process_time()
            reader.compare(first, second)
            row.append(1000 * (time.process_time() - started))
    return {name: round(float(np.median(row)), 1) for name, row in times.items()}


def _crop(yale: Yale, name: str) -> Any:
    """Frame a face as FER+ does, in the light that it has."""
    picture = yale.pictures[name]
    return crop_face(picture, _detector().detect(picture)[0].box, size=CROP)


@lru_cache(maxsize=1)
def _detector() -> Any:
    return get_detector("cascade")
