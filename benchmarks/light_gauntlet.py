"""Accuracy as a function of light: the shipped weights over the whole gauntlet, and what refusing is worth.

FER+ validation, majority protocol, single pass, the given crops; every light with its fixed seed. The least
probability of an answer stands on the card; to see whether such a choice holds on other faces it is made
again on every other face and measured on the rest.

    python benchmarks/light_gauntlet.py --data DIR
"""

from __future__ import annotations

import dataclasses

from lamplit.cli.measure_light import measure_gauntlet
from lamplit.cli.models import model_of
from lamplit.evaluation.gauntlet import Gauntlet, least_probabilities
from lamplit.evaluation.refusal import LEAST_ANSWERED, MOST_RISK
from lamplit.expression import ExpressionClassifier
from lamplit.report.gauntlet_plot import plot_gauntlet
from lamplit.report.risk_plot import plot_risk_coverage
from results import ROOT, parse_data, write_result

IMAGES = ROOT / "docs" / "images"


def on_other_faces(gauntlet: Gauntlet) -> dict[str, object]:
    """Choose the least probabilities on every other face and return what comes of them on the rest."""
    chosen = least_probabilities(gauntlet.runs, slice(None, None, 2))
    risks = {}
    for run in gauntlet.runs:
        given = run.answered(chosen)[1::2]
        if given.sum() >= LEAST_ANSWERED:
            risks[run.light.name] = float(1 - run.right[1::2][given].mean())
    worst = max(risks, key=lambda name: risks[name])
    return {
        "least_probability": dataclasses.asdict(chosen),
        "lights": len(risks),
        "lights_above_the_risk": sum(risk > MOST_RISK for risk in risks.values()),
        "worst_light": worst,
        "worst_risk": round(risks[worst], 4),
    }


def main() -> None:
    classifier = ExpressionClassifier()
    gauntlet = measure_gauntlet(model_of(classifier), parse_data(__doc__), "validation", hidden=False)
    figures = gauntlet.as_dict()
    plot_gauntlet({classifier.card.name: figures}, IMAGES / "light-gauntlet.png")
    plot_risk_coverage(gauntlet.risk_curves(), IMAGES / "risk-coverage.png")
    about = {"weights": classifier.card.name, "split": "validation", "protocol": "majority, single pass"}
    write_result("light_gauntlet", about | figures | {"chosen_on_half": on_other_faces(gauntlet)})


if __name__ == "__main__":
    main()
