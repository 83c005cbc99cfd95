"""Finding faces and framing them for the networks."""

from lamplit.faces.boosted import BoostedFaceDetector
from lamplit.faces.cascade import CascadeFaceDetector
from lamplit.faces.detector import FaceDetector, detect_faces, get_detector, list_detectors
from lamplit.faces.net import NetFaceDetector
from lamplit.faces.verification import Verification
from lamplit.faces.verifier import FaceVerifier
from lamplit.faces.yunet import YuNetFaceDetector

__all__ = [
    "BoostedFaceDetector",
    "CascadeFaceDetector",
    "FaceDetector",
    "FaceVerifier",
    "NetFaceDetector",
    "Verification",
    "YuNetFaceDetector",
    "detect_faces",
    "get_detector",
    "list_detectors",
]
