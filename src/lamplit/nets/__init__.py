"""Networks (torch): building blocks, architectures and their registry, export to ONNX."""

from lamplit.core.extras import require

require("torch", extra="train", purpose="networks and training")

from lamplit.nets.face_detector import FaceDetectorNet  # noqa: E402  # torch is there from here on
from lamplit.nets.face_verifier import FaceVerifierNet  # noqa: E402
from lamplit.nets.fusion import FusionNet  # noqa: E402
from lamplit.nets.landmarks import LandmarkNet  # noqa: E402
from lamplit.nets.paper import PaperNet  # noqa: E402
from lamplit.nets.registry import build_network, list_networks  # noqa: E402
from lamplit.nets.tapped import TappedNet  # noqa: E402

__all__ = [
    "FaceDetectorNet",
    "FaceVerifierNet",
    "FusionNet",
    "LandmarkNet",
    "PaperNet",
    "TappedNet",
    "build_network",
    "list_networks",
]
