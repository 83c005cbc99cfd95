"""The whole pipeline on faces of another data set: detector, framing and network on Yale Faces.

Yale Faces (Belhumeur, Hespanha, Kriegman 1997, doi:10.1109/34.598228) has 15 people in a studio. Four of its
states name an expression: normal, happy, sad, surprised. They were acted, not judged by observers, so the
agreement has a ceiling below 1. A picture without a detected face counts as wrong. The three lights show what
the detector loses.

    python benchmarks/yale_faces.py --data DIR
"""

from __future__ import annotations

import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import lamplit
from results import parse_data, write_result

EXPRESSION_OF = {"normal": "neutral", "happy": "happiness", "sad": "sadness", "surprised": "surprise"}


def main() -> None:
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    n_faces: dict[str, Counter[int]] = defaultdict(Counter)
    with zipfile.ZipFile(parse_data(__doc__) / "yalefaces.zip") as archive:
        for name in archive.namelist():
            state = Path(name).suffix.removeprefix(".")
            if not Path(name).name.startswith("subject") or state in {"txt", "gif"}:
                continue
            faces = lamplit.analyze(archive.read(name))
            answers[state][faces[0].expression if faces else "no face"] += 1
            n_faces[state][len(faces)] += 1
    right = {state: answers[state][name] / answers[state].total() for state, name in EXPRESSION_OF.items()}
    figures = {
        "pictures": sum(counts.total() for counts in answers.values()),
        "share_with_exactly_one_face": {
            state: round(counts[1] / counts.total(), 4) for state, counts in sorted(n_faces.items())
        },
        "accuracy": {state: round(share, 4) for state, share in right.items()},
        "mean_accuracy_of_the_four": round(sum(right.values()) / len(right), 4),
        "answers": {state: dict(counts.most_common()) for state, counts in sorted(answers.items())},
    }
    write_result("yale_faces", figures)


if __name__ == "__main__":
    main()
