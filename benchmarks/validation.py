"""How good the shipped expression weights are on FER+ validation: majority protocol, single pass.

python benchmarks/validation.py --data DIR
"""

from __future__ import annotations

from lamplit.datasets import Majority, read_ferplus
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.expression import ExpressionClassifier
from results import parse_data, write_result


def main() -> None:
    faces = read_ferplus(parse_data(__doc__), "validation")
    classes = Majority().classes(faces.votes)
    classifier = ExpressionClassifier()
    evaluation = evaluate_classifier(
        classifier.predict_proba, faces.images[classes >= 0], classes[classes >= 0]
    )
    figures = {"weights": classifier.card.name, "sha256": classifier.card.sha256, "split": "validation"}
    write_result("validation", figures | {"protocol": "majority, single pass", **evaluation.as_dict()})


if __name__ == "__main__":
    main()
