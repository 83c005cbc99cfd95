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
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    n_faces: dict[str, Counter[int]] = defaultdict(Counter)
    others = [lamplit.Analyzer(weights=name) for name in (*_names(), *given.weights)]
    by_weights: list[dict[str, Counter[str]]] = [defaultdict(Counter) for _ in others]
    usual = lamplit.Analyzer()
    with zipfile.ZipFile(given.data / "yalefaces.zip") as archive:
        for state, content in pictures(archive):
            found = usual.analyze(content)
            answers[state][found[0].expression if found else "no face"] += 1
            n_faces[state][len(found)] += 1
            for other, counts in zip(others, by_weights, strict=True):
                if state in EXPRESSION_OF:
                    faces = other.analyze(content)
                    counts[state][faces[0].expression if faces else "no face"] += 1
    accuracy = shares(answers)
    figures = {
        "pictures": sum(counts.total() for counts in answers.values()),
        "share_with_exactly_one_face": {
            state: round(counts[1] / counts.total(), 4) for state, counts in sorted(n_faces.items())
        },
        "mean_accuracy_of_the_four": accuracy.pop("mean"),
        "accuracy": accuracy,
        "by_weights": {
            other.classifier.card.name: shares(counts)
            for other, counts in zip(others, by_weights, strict=True)
        },
        "answers": {state: dict(counts.most_common()) for state, counts in sorted(answers.items())},
    }
    write_result("yale_faces", figures)


def _names() -> list[str]:
    """Return the names of the expression weights that come with lamplit."""
    return [card.name for card in lamplit.list_weights()]


if __name__ == "__main__":
    main()
