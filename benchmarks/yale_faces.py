"""The whole pipeline on faces of another data set: detector, framing and network on Yale Faces.

Yale Faces (Belhumeur, Hespanha, Kriegman 1997, doi:10.1109/34.598228) has 15 people in a studio. Four of its
states name an expression: normal, happy, sad, surprised. They were acted, not judged by observers, so the
agreement has a ceiling below 1. A picture without a detected face counts as wrong. The three lights show what
the detector loses. All expression weights that come with lamplit are compared, and others by their paths.

    python benchmarks/yale_faces.py --data DIR [weights.onnx ...]
"""

from __future__ import annotations

import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import lamplit
from lamplit.imaging.images import read_image
from lamplit.light import measure
from lamplit.weights.registry import DEFAULT_EXPRESSION
from results import data_parser, write_result

EXPRESSION_OF = {"normal": "neutral", "happy": "happiness", "sad": "sadness", "surprised": "surprise"}


def pictures(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield state and content of each picture."""
    for name in archive.namelist():
        state = Path(name).suffix.removeprefix(".")
        if Path(name).name.startswith("subject") and state not in {"txt", "gif"}:
            yield state, archive.read(name)


def shares(answers: dict[str, Counter[str]]) -> dict[str, float]:
    """Return the share of right answers for each of the four states, and their mean."""
    right = {state: answers[state][name] / answers[state].total() for state, name in EXPRESSION_OF.items()}
    mean = sum(right.values()) / len(right)
    return {**{state: round(share, 4) for state, share in right.items()}, "mean": round(mean, 4)}


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("weights", nargs="*", help="other weights, each an .onnx file with its card")
    given = parser.parse_args()
    # Faces are found once: that does not depend on who reads them.
    usual = lamplit.Analyzer()
    others = [lamplit.Analyzer(weights=name, detector=usual.detector) for name in (*_names(), *given.weights)]
    answers: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    n_faces: dict[str, Counter[int]] = defaultdict(Counter)
    with zipfile.ZipFile(given.data / "yalefaces.zip") as archive:
        for state, content in pictures(archive):
            pixels = read_image(content)
            light = measure(pixels)
            found = usual.find(pixels, light)
            n_faces[state][len(found)] += 1
            for other in others:
                faces = other.describe(pixels, found, light)
                said = faces[0].expression if faces else "no face"
                answers[other.classifier.card.name][state][said] += 1
    accuracy, of_usual = shares(answers[DEFAULT_EXPRESSION]), answers[DEFAULT_EXPRESSION]
    figures = {
        "pictures": sum(counts.total() for counts in n_faces.values()),
        "share_with_exactly_one_face": {
            state: round(counts[1] / counts.total(), 4) for state, counts in sorted(n_faces.items())
        },
        "mean_accuracy_of_the_four": accuracy.pop("mean"),
        "accuracy": accuracy,
        "by_weights": {name: shares(by_state) for name, by_state in answers.items()},
        "answers": {state: dict(counts.most_common()) for state, counts in sorted(of_usual.items())},
    }
    write_result("yale_faces", figures)


def _names() -> list[str]:
    """Return the names of the expression weights that come with lamplit."""
    return [card.name for card in lamplit.list_weights()]


if __name__ == "__main__":
    main()
