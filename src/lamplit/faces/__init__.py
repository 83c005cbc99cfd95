"""Finding faces and framing them for the networks."""

from lamplit.faces.boosted import BoostedFaceDetector
from lamplit.faces.cascade import CascadeFaceDetector
from lamplit.faces.detector import FaceDetector, detect_faces, get_detector, list_detectors

__all__ = [
    "BoostedFaceDetector",
    "CascadeFaceDetector",
    "FaceDetector",
    "detect_faces",
    "get_detector",
    "list_detectors",
]
