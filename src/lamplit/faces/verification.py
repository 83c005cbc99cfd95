"""What three networks say of a detector's candidates, in one score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Detection
from lamplit.faces.landmarks import LandmarkModel, usual_landmarks
from lamplit.faces.verifier import FaceVerifier, usual_verifier

CANDIDATE, LIKELY = 0.1, 0.3
"""Least score of the detector alone from which the verifier may be asked, and from which it is asked."""

FEW = 4
"""So many of those between are asked about, the surest first: noise has hundreds of them, and a picture
should not take longer for it."""

DETECTOR_SAY, VERIFIER_SAY, LANDMARK_SAY, TRUST = 1.0, 0.5, 0.6, 1.3
"""How much each network's logit counts, and what is added to their sum, so that 0.5 is a good threshold:
about 0.05 false alarms per picture. Chosen on scenes of the tuning faces and pictures
(`benchmarks/detector_recall.py --tuning`)."""

PROMISING, HINT = -1.6, 0.3
"""Least sum of what detector and verifier say from which the landmark network is asked, too, and how much the
verifier's logit counts in it; what is below is left out. With less, more is found, in more time."""

MOST_CANDIDATES = 1000
"""So many are asked about at most."""


class Verification:
    """Has candidates looked at again, by the verifier and, where that is promising, by the landmark network.

    Parameters
    ----------
    verifier : FaceVerifier, optional
        Says of each candidate whether it is a face; by default the one that comes with lamplit.
    landmarks : LandmarkModel, optional
        Places landmarks and says whether there is a face at all; by default the one that comes with lamplit.
    device : str
        "cpu", "cuda" or "auto", for those by default.
    threads : int, optional
        Threads of one call on the CPU, for those by default.

    Raises
    ------
    InvalidArgumentError
        If one given is no such network.

    Notes
    -----
    Scores are s = sigmoid(a + 0.5 v + 0.6 b + 1.3), with a, v and b the logits of detector, verifier and
    landmark network. The detector sees a face in few pixels, the verifier in 56 x 56 with some surround, the
    landmark network in 112 x 112 without. A face's landmarks are wanted anyway: their network's say is free.

    Examples
    --------
    >>> import numpy as np
    >>> Verification().of(np.zeros((64, 64), np.uint8), [])
    []
    """

    def __init__(
        self,
        *,
        verifier: FaceVerifier | None = None,
        landmarks: LandmarkModel | None = None,
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        for name, given, method in (("verifier", verifier, "logits"), ("landmarks", landmarks, "locate_all")):
            if given is not None and not hasattr(given, method):
                required = f"a network with a method {method}"
                raise InvalidArgumentError(name, required, type(given).__name__)
        self.verifier = usual_verifier(device, threads) if verifier is None else verifier
        self.landmarks = usual_landmarks(device, threads) if landmarks is None else landmarks

    def of(self, grey: ByteArray, candidates: Sequence[Detection]) -> list[Detection]:
        """Say what candidates are.

        Parameters
        ----------
        grey : ndarray of shape (H, W), uint8
            The picture.
        candidates : sequence of Detection
            What the detector took for faces, scores in (0, 1), surest first.

        Returns
        -------
        list of Detection
            Those that are promising, with landmarks and the score of all three networks, best first.
        """
        known = promising(self.verifier, grey, candidates)
        marks = self.landmarks.locate_all(grey, [found.box for found, _ in known])
        both = [
            replace(found, score=_score(two + LANDMARK_SAY * _logit(mark.score)), landmarks=mark)
            for (found, two), mark in zip(known, marks, strict=True)
        ]
        return sorted(both, key=lambda found: -found.score)


def promising(
    verifier: FaceVerifier, grey: ByteArray, candidates: Sequence[Detection], *, least: float = PROMISING
) -> list[tuple[Detection, float]]:
    """Say which candidates are worth to be shown to the landmark network.

    Parameters
    ----------
    verifier : FaceVerifier
        Looks at them.
    grey : ndarray of shape (H, W), uint8
        The picture.
    candidates : sequence of Detection
        What the detector took for faces, scores in (0, 1), surest first.
    least : float
        Sum of the detector's logit and `HINT` of the verifier's from which a candidate is promising.

    Returns
    -------
    list of (Detection, float)
        Those, in the same order, with what both say of them together in the end.
    """
    likely = sum(found.score >= LIKELY for found in candidates)
    candidates = candidates[: min(likely + FEW, MOST_CANDIDATES)]
    said = verifier.logits(grey, [found.box for found in candidates]).tolist()
    worth = []
    for found, logit in zip(candidates, said, strict=True):
        own = DETECTOR_SAY * _logit(found.score)
        if own + HINT * logit >= least:
            worth.append((found, own + VERIFIER_SAY * logit))
    return worth


def _logit(score: float) -> float:
    """Return the logit of a score, none surer than a million to one."""
    return math.log((score + 1e-6) / (1 - score + 1e-6))


def _score(logit: float) -> float:
    """Return the score of a sum of logits."""
    return 1 / (1 + math.exp(min(-TRUST - logit, 60.0)))
