"""lamplit: facial expressions from pictures, in good light and bad.

    import lamplit
    for face in lamplit.analyze("photo.jpg"):
        print(face.expression, face.probabilities, face.light.mean, face.box)

Names are loaded when they are first used, so that `import lamplit` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lamplit import light as light
    from lamplit.analysis.analyzer import Analyzer as Analyzer
    from lamplit.analysis.analyzer import analyze as analyze
    from lamplit.core.errors import LamplitError as LamplitError
    from lamplit.core.labels import EKMAN_SIX as EKMAN_SIX
    from lamplit.core.labels import EXPRESSIONS as EXPRESSIONS
    from lamplit.core.values import Box as Box
    from lamplit.core.values import Detection as Detection
    from lamplit.core.values import Face as Face
    from lamplit.core.values import FrameResult as FrameResult
    from lamplit.core.values import LightReading as LightReading
    from lamplit.expression.classifier import ExpressionClassifier as ExpressionClassifier
    from lamplit.faces.detector import FaceDetector as FaceDetector
    from lamplit.faces.detector import detect_faces as detect_faces
    from lamplit.weights.registry import list_weights as list_weights

__version__ = "0.1.0"

_HOME = {
    "Analyzer": "lamplit.analysis.analyzer",
    "Box": "lamplit.core.values",
    "Detection": "lamplit.core.values",
    "EKMAN_SIX": "lamplit.core.labels",
    "EXPRESSIONS": "lamplit.core.labels",
    "ExpressionClassifier": "lamplit.expression.classifier",
    "Face": "lamplit.core.values",
    "FaceDetector": "lamplit.faces.detector",
    "FrameResult": "lamplit.core.values",
    "LamplitError": "lamplit.core.errors",
    "LightReading": "lamplit.core.values",
    "analyze": "lamplit.analysis.analyzer",
    "detect_faces": "lamplit.faces.detector",
    "list_weights": "lamplit.weights.registry",
}
_SUBPACKAGES = ("light",)

__all__ = [
    "EKMAN_SIX",
    "EXPRESSIONS",
    "Analyzer",
    "Box",
    "Detection",
    "ExpressionClassifier",
    "Face",
    "FaceDetector",
    "FrameResult",
    "LamplitError",
    "LightReading",
    "analyze",
    "detect_faces",
    "light",
    "list_weights",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"lamplit.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'lamplit' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
