"""How good the shipped expression weights are when the light of FER+ validation faces is made worse.

Majority protocol, single pass, the given crops. Simple conditions with fixed strengths and one seed; side
light and backlight are not among them.

    python benchmarks/worse_light.py --data DIR
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.datasets import Majority, read_ferplus
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.expression import ExpressionClassifier
from lamplit.light import expose, sensor_noise, tone_curve
from results import parse_data, write_result

SEED = 0


def night(x: np.ndarray) -> np.ndarray:
    """Return 12 % of full scale with the noise of 200 electrons at full scale and some read noise."""
    normal = np.random.default_rng(SEED).standard_normal(x.shape)
    return sensor_noise(expose(x, 0.12), normal, photons=200.0, read_noise=0.005)


CONDITIONS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "good": ("as given", lambda x: x),
    "dark_tones": ("tone curve, gamma 3", lambda x: tone_curve(x, 3.0)),
    "dim": ("20 % of full scale", lambda x: expose(x, 0.2)),
    "night": ("12 % of full scale, 200 electrons at full scale, read noise 0.005", night),
    "over_exposed": ("2.2 times full scale, clipped", lambda x: expose(x, 2.2)),
}


def in_bytes(x: np.ndarray) -> ByteArray:
    """Round to the 8 bits that a file has."""
    return np.rint(255 * x).astype(np.uint8)


def main() -> None:
    faces = read_ferplus(parse_data(__doc__), "validation")
    classes = Majority().classes(faces.votes)
    images, classes = faces.images[classes >= 0].astype(np.float64) / 255, classes[classes >= 0]
    classifier = ExpressionClassifier()
    rows = {}
    for name, (description, worsen) in CONDITIONS.items():
        evaluation = evaluate_classifier(classifier.predict_proba, in_bytes(worsen(images)), classes)
        metrics = evaluation.metrics
        rows[name] = {
            "condition": description,
            "accuracy": round(metrics.accuracy, 4),
            "macro_f1": round(metrics.macro_f1, 4),
            "log_loss": round(metrics.log_loss, 4),
            "calibration_error": round(metrics.calibration_error, 4),
        }
    figures = {"weights": classifier.card.name, "split": "validation", "faces": len(classes), "seed": SEED}
    write_result("worse_light", figures | {"protocol": "majority, single pass", "conditions": rows})


if __name__ == "__main__":
    main()
