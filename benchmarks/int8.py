"""What 8 bits cost and bring: files, times and accuracy of a network in float and in 8 bits, side by side.

Ways to set ranges and bits of the weights are compared on training faces that the ranges do not come from,
by how far the probabilities move; layer by layer the same says which convolution is the most sensitive.
Accuracy: FER+ validation, majority protocol, single pass, in the seven lights of the short protocol. Times:
one thread, in turn within each round, so that the ratio holds on a busy machine, too; "matrix means" is the
network in float with the local normalisation's means as matrix products, which files exported since have.

    python benchmarks/int8.py --data DIR [WEIGHTS]
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx

from lamplit.cli.measure_light import measure_gauntlet
from lamplit.cli.models import model_of
from lamplit.core.arrays import FloatArray
from lamplit.datasets import FerPlus, read_ferplus
from lamplit.evaluation.speed import time_in_turn
from lamplit.expression import ExpressionClassifier
from lamplit.expression.calibration import softmax
from lamplit.nets.quantization import METHODS, convolutions, quantize_onnx
from lamplit.nets.window_means import with_matrix_means
from lamplit.training.quantized import N_FACES, calibration_pictures, publish_quantized
from lamplit.weights import NetworkSession, load_weights
from lamplit.weights.registry import FLOAT_EXPRESSION
from results import ROOT, data_parser, write_result

N_OTHERS = 1_128
"""Faces on which settings are compared: two dozen in each light."""

FOLDER = ROOT / "runs" / "int8"


def answers(content: bytes, pictures: FloatArray, temperature: float) -> FloatArray:
    """Return the probabilities that a file gives."""
    session = NetworkSession(content, name="network", threads=1)
    batches = [session.run(pictures[start : start + 64]) for start in range(0, len(pictures), 64)]
    return softmax(np.concatenate(batches), temperature)


def moved(before: FloatArray, after: FloatArray) -> dict[str, float]:
    """Return how far probabilities moved."""
    return {
        "same_answer": round(float((before.argmax(axis=1) == after.argmax(axis=1)).mean()), 4),
        "mean_difference": round(float(np.abs(before - after).mean()), 5),
        "largest_difference": round(float(np.abs(before - after).max()), 4),
    }


def settings(content: bytes, training: FerPlus, size: int, temperature: float) -> dict[str, Any]:
    """Compare ways to set ranges, bits, and convolutions quantised one at a time."""
    pictures = calibration_pictures(training.images, size=size)
    # What follows the first faces of the same draw was not used for the ranges.
    drawn = np.random.default_rng(0).permutation(len(training))[N_FACES:]
    others = calibration_pictures(training.images[drawn], size=size, n_faces=N_OTHERS, seed=1)
    before = answers(content, others, temperature)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "net.onnx"

        def difference(**chosen: Any) -> dict[str, float]:
            quantize_onnx(content, target, pictures, **chosen)
            return moved(before, answers(target.read_bytes(), others, temperature))

        ways = [
            {"method": method, "bits": bits, **difference(method=method, bits=bits)}
            for method in METHODS
            for bits in (7, 8)
        ]
        layers = convolutions(content)
        alone = {
            layer: difference(in_float=[other for other in layers if other != layer])["mean_difference"]
            for layer in layers
        }
    return {"faces": len(others), "ways": ways, "one_convolution_in_8_bits": alone}


def times(files: dict[str, bytes], size: int) -> dict[str, Any]:
    """Time files in turn, one face and 64 faces per call."""
    figures = {}
    for batch, repeats in ((1, 40), (64, 2)):
        faces = np.random.default_rng(0).random((batch, 1, size, size), dtype=np.float32)
        sessions = {name: NetworkSession(content, name=name, threads=1) for name, content in files.items()}
        timings = time_in_turn([partial(s.run, faces) for s in sessions.values()], repeats=repeats)
        figures[f"batch_{batch}"] = {
            name: timing.as_dict() for name, timing in zip(sessions, timings, strict=True)
        }
    return figures


def accuracy(classifier: ExpressionClassifier, data: Path) -> dict[str, Any]:
    """Return the figures in good light and in the six bad lights."""
    gauntlet = measure_gauntlet(model_of(classifier), data, "validation", short=True, hidden=False)
    figures = gauntlet.as_dict()
    kept = ("accuracy", "macro_f1", "log_loss", "calibration_error")
    return {
        "faces": figures["faces"],
        "mean_of_six_bad_lights": figures["mean_of_six_bad_lights"],
        "lights": {row["name"]: {key: row[key] for key in kept} for row in figures["lights"]},
        "probabilities": [run.evaluation.probabilities for run in gauntlet.runs],
    }


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("weights", nargs="?", default=FLOAT_EXPRESSION, help="weights in float")
    arguments = parser.parse_args()
    parent, content = load_weights(arguments.weights)
    training = read_ferplus(arguments.data, "training")
    card = publish_quantized(arguments.weights, training, FOLDER)
    path = FOLDER / card.file
    rewritten = with_matrix_means(onnx.load_model_from_string(content)).SerializeToString()
    files = {"float": content, "float, matrix means": rewritten, "int8": path.read_bytes()}
    measured = {
        "float": accuracy(ExpressionClassifier(arguments.weights), arguments.data),
        "int8": accuracy(ExpressionClassifier(path), arguments.data),
    }
    pairs = zip(*(figures.pop("probabilities") for figures in measured.values()), strict=True)
    figures = {
        "weights": parent.name,
        "parameters": {"float": parent.parameters, "int8": card.parameters},
        "bytes": {name: len(file) for name, file in files.items()},
        "quantization": dict(card.quantization),
        "split": "validation",
        "protocol": "majority, single pass",
        "times": times(files, parent.input_size),
        "accuracy": measured,
        "parity": {
            light: moved(*pair) for light, pair in zip(measured["float"]["lights"], pairs, strict=True)
        },
        "settings": settings(content, training, parent.input_size, parent.temperature),
    }
    write_result("int8", figures)


if __name__ == "__main__":
    main()
