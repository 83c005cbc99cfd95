"""How good the shipped expression weights are on FER+ validation: majority protocol, single pass.

FER2013 has some validation pictures among its training pictures, pixel for pixel; the figures are given with
them, as everybody's are, and without.

python benchmarks/validation.py --data DIR
"""

from __future__ import annotations

from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import Majority, have_copies, read_ferplus
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.evaluation.metrics import classification_metrics
from lamplit.expression import ExpressionClassifier
from results import parse_data, write_result


def main() -> None:
    data = parse_data(__doc__)
    faces = read_ferplus(data, "validation")
    classes = Majority().classes(faces.votes)
    classifier = ExpressionClassifier()
    images, classes = faces.images[classes >= 0], classes[classes >= 0]
    evaluation = evaluate_classifier(classifier.predict_proba, images, classes)
    new = ~have_copies(images, among=read_ferplus(data, "training").images)
    rest = classification_metrics(evaluation.probabilities[new], classes[new], EXPRESSIONS)
    figures = {"weights": classifier.card.name, "sha256": classifier.card.sha256, "split": "validation"}
    figures |= {"protocol": "majority, single pass", "without_copies": rest.as_dict()}
    write_result("validation", figures | evaluation.as_dict())


if __name__ == "__main__":
    main()
