"""How good the shipped expression weights are on FER+ validation: majority protocol, single pass.

FER2013 has some validation pictures among its training pictures, pixel for pixel; the figures are given with
them, as everybody's are, and without.

python benchmarks/validation.py --data DIR
"""

from __future__ import annotations

from lamplit.cli.measure import evaluate_split
from lamplit.expression import ExpressionClassifier
from results import parse_data, write_result


def main() -> None:
    data = parse_data(__doc__)
    classifier = ExpressionClassifier()
    evaluation = evaluate_split(classifier, data, "validation", hidden=True)
    figures = {"weights": classifier.card.name, "sha256": classifier.card.sha256, "split": "validation"}
    write_result("validation", figures | {"protocol": "majority, single pass", **evaluation.as_dict()})


if __name__ == "__main__":
    main()
