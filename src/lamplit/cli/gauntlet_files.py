"""The files that `lamplit evaluate light` leaves: figures with all that decides them, and plots."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lamplit.cli.models import NamedModel
from lamplit.core.files import write_atomically
from lamplit.datasets.ferplus import SIDE, SPLITS, VOTES_FILE
from lamplit.evaluation.gauntlet import Gauntlet
from lamplit.light.gauntlet import GAUNTLET_VERSION
from lamplit.light.templates import DEFAULT
from lamplit.report.gauntlet_plot import plot_gauntlet
from lamplit.report.reliability_plot import chosen_conditions, plot_reliability_by_light
from lamplit.report.risk_plot import plot_risk_coverage
from lamplit.report.scores import BinsDict
from lamplit.weights.assets import load_asset

MOST_POINTS = 200
"""Points of a risk-coverage curve in the file: as fine as a plot shows, without one for every face."""


def gauntlet_figures(model: NamedModel, gauntlet: Gauntlet, split: str) -> dict[str, Any]:
    """Return what light.json says: model, conditions, figures, thinned risk-coverage curves."""
    return {
        "model": model.name,
        "sha256": model.sha256,
        "labels": list(model.labels),
        **_conditions(split),
        "command": shlex.join(["lamplit", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **gauntlet.as_dict(),
        "calibration": gauntlet.calibration(),
        "reliability": gauntlet.reliability(),
        "risk_coverage": {name: _thinned(curve) for name, curve in gauntlet.risk_curves().items()},
    }


def write_gauntlet(folder: Path, figures: Mapping[str, Any], gauntlet: Gauntlet) -> None:
    """Write light.json, light.png, reliability.png and risk-coverage.png."""
    write_atomically(folder / "light.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_gauntlet({str(figures["model"]): gauntlet.as_dict()}, folder / "light.png")
    plot_reliability_by_light(shown(gauntlet), folder / "reliability.png")
    plot_risk_coverage(gauntlet.risk_curves(), folder / "risk-coverage.png")


def shown(gauntlet: Gauntlet) -> dict[str, BinsDict]:
    """Return the reliability of the conditions that a picture has room for."""
    bins = gauntlet.reliability()
    return {name: bins[name] for name in chosen_conditions(list(bins))}


def _conditions(split: str) -> dict[str, Any]:
    """Return what else decides the pixels that were seen and the labels that were asked for."""
    templates, _ = load_asset(DEFAULT)
    return {
        "dataset": "FER+",
        "split": split,
        "protocol": "majority",
        "faces_chosen": f"the rows of {VOTES_FILE} with Usage {SPLITS[split][0]} and a picture in which "
        "one expression has more than half of the votes, in their order; votes that only one person gave are "
        "dropped before, those for unknown and NF count in the sum",
        "face_size": [SIDE, SIDE],
        "passes": "single pass",
        "gauntlet_version": GAUNTLET_VERSION,
        "lamplit_version": version("lamplit"),
        "numpy_version": version("numpy"),  # another one may draw other photons from the same seed
        "light_templates": {"name": templates.name, "sha256": templates.sha256},
    }


def _thinned(curve: Mapping[str, Any]) -> dict[str, Any]:
    """Return a curve with at most `MOST_POINTS` points, first and last among them; single figures stay."""
    n = len(curve["threshold"])
    last = min(n, MOST_POINTS) - 1
    kept = [round(i * (n - 1) / max(last, 1)) for i in range(last + 1)]
    return {
        key: [round(value[i], 6) for i in kept] if isinstance(value, list) else value
        for key, value in curve.items()
    }
