"""Does correcting a badly lit face help the network? One table, light by correction.

FER+ validation (every other face), majority protocol, single pass, the given crops. A correction earns
its place in the Analyzer only if it is right more often than no correction by more than two standard errors
of the difference. `expose_N`: exposure for the face where both sides are N factors of two brighter.

    python benchmarks/face_correction.py --data DIR
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.datasets import Majority, read_ferplus
from lamplit.expression import ExpressionClassifier
from lamplit.expression.backlight import expose_for_face
from lamplit.light.denoising import denoise
from lamplit.light.equalisation import clahe
from lamplit.light.gauntlet import GAUNTLET, SEVEN_LIGHTS
from lamplit.light.noise_aware import noise_aware, open_tones
from lamplit.light.retinex import multi_scale_retinex
from results import parse_data, write_result

CORRECTIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "expose_1.5": lambda x: expose_for_face(x[None], least_stops=1.5)[0],
    "expose_2": lambda x: expose_for_face(x[None], least_stops=2.0)[0],
    "expose_2.5": lambda x: expose_for_face(x[None], least_stops=2.5)[0],
    "expose_3": lambda x: expose_for_face(x[None], least_stops=3.0)[0],
    "denoise": denoise,
    "open_tones": open_tones,
    "noise_aware": noise_aware,
    "clahe": lambda x: clahe(x, tiles=4),
    "retinex": multi_scale_retinex,
}
HARD = tuple(
    light
    for light in GAUNTLET
    if light.condition == "backlight"
    or (light.condition, light.strength) in {("night", 0.06), ("night", 0.03)}
)


def corrected(faces: ByteArray, correct: Callable[[FloatArray], FloatArray]) -> ByteArray:
    """Correct faces one by one; what leaves [0, 1] is stretched into it."""
    out = np.empty_like(faces)
    for number, face in enumerate(faces):
        x = correct(face.astype(np.float32) / np.float32(255))
        low, high = min(float(x.min()), 0.0), max(float(x.max()), 1.0)
        out[number] = np.rint((x - low) / (high - low) * 255)
    return out


def main() -> None:
    faces = read_ferplus(parse_data(__doc__), "validation")
    classes = Majority().classes(faces.votes)
    chosen = np.nonzero(classes >= 0)[0][::2]  # every other one: the corrections take their time
    images, classes = faces.images[chosen], classes[chosen]
    classifier = ExpressionClassifier(expose_backlit=False)

    def right(lit: ByteArray) -> np.ndarray:
        batches = [classifier.predict_proba(lit[i : i + 64]).argmax(1) for i in range(0, len(lit), 64)]
        return np.concatenate(batches) == classes

    rows = {}
    for light in (*SEVEN_LIGHTS, *HARD):
        lit = light.apply(images)
        plain = right(lit)
        rows[light.name] = {"none": {"accuracy": round(float(plain.mean()), 4)}}
        for name, correct in CORRECTIONS.items():
            difference = right(corrected(lit, correct)).astype(int) - plain
            error = difference.std(ddof=1) / np.sqrt(len(difference))
            rows[light.name][name] = {
                "accuracy": round(float(plain.mean() + difference.mean()), 4),
                "gain": round(float(difference.mean()), 4),
                "standard_error": round(float(error), 4),
                "helps": bool(difference.mean() > 2 * error > 0),
            }
        print(light.name, {name: row["accuracy"] for name, row in rows[light.name].items()})
    about = {"weights": classifier.card.name, "split": "validation", "faces": len(classes)}
    write_result("face_correction", about | {"protocol": "majority, single pass", "lights": rows})


if __name__ == "__main__":
    main()
