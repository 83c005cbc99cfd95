"""Calibrate and measure freshly trained weights and put the figures on their card."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from lamplit.cli.fit_calibration import calibrated
from lamplit.cli.measure import PROTOCOL, SplitEvaluation, card_metrics, evaluate_split, evaluation_tables
from lamplit.cli.measure_light import card_light, chosen_refusal, measure_gauntlet
from lamplit.cli.models import model_of
from lamplit.core.refusal import LeastProbability
from lamplit.evaluation.gauntlet import Gauntlet
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.training.publish import add_metrics
from lamplit.weights.cards import WeightsCard

SPLIT = "validation"


def measure_card(
    card: WeightsCard, folder: Path, data: Path, *, hidden: bool
) -> tuple[WeightsCard, list[Table]]:
    """Calibrate weights and measure them on validation faces; return the completed card, and tables."""
    card, evaluation, _ = complete_card(card, folder, data, hidden=hidden)
    title = f"{card.name} on FER+ {SPLIT}, {PROTOCOL}, single pass"
    return card, evaluation_tables(evaluation, title=title)


def complete_card(
    card: WeightsCard, folder: Path, data: Path, *, hidden: bool
) -> tuple[WeightsCard, SplitEvaluation, Gauntlet]:
    """Calibrate weights, measure them in good light and over the gauntlet, and write all on their card."""
    # First the temperatures: probabilities decide the thresholds below which an answer is refused.
    card = calibrated(card, folder, data, hidden=hidden)
    classifier = ExpressionClassifier(folder / card.file)
    evaluation = evaluate_split(classifier, data, SPLIT, hidden=hidden)
    gauntlet = measure_gauntlet(model_of(classifier), data, SPLIT, hidden=hidden)
    refusal = chosen_refusal(gauntlet, SPLIT)
    light = card_light(gauntlet, LeastProbability(**refusal["least_probability"]))
    metrics = card_metrics(evaluation, SPLIT, card.speaks)
    return add_metrics(card, metrics, folder, light=light, refusal=refusal), evaluation, gauntlet
