"""Write the tables of figures in README and docs from `benchmarks/results`, so that they cannot drift apart.

python benchmarks/figures.py
"""

from __future__ import annotations

import re
from collections.abc import Callable

import ablation_figures
import adaboost_figures
import bars_figures
import calibration_figures
import cascade_figures
import data_figures
import face_figures
import flow_figures
import gauntlet_figures
import light_figures
import normalisation_figures
import own_data_figures
import paper_figures
import readme_figures
import relighting_figures
import small_figures
import texture_figures
import training_figures
from results import ROOT

PAGES = (
    "README.md",
    "docs/boosting.md",
    "docs/data.md",
    "docs/calibration.md",
    "docs/face-detector.md",
    "docs/face-geometry.md",
    "docs/landmarks.md",
    "docs/light-gauntlet.md",
    "docs/light-normalisation.md",
    "docs/light-reading.md",
    "docs/optical-flow.md",
    "docs/relighting.md",
    "docs/the-paper-rerun.md",
    "docs/small-and-fast.md",
    "docs/training.md",
    "docs/your-own-data.md",
)
BLOCK = re.compile(r"(<!-- figures: (\w+) .*?-->\n).*?(<!-- /figures -->)", flags=re.DOTALL)

TABLES: dict[str, Callable[[], str]] = {
    **ablation_figures.TABLES,
    **adaboost_figures.TABLES,
    **bars_figures.TABLES,
    **calibration_figures.TABLES,
    **cascade_figures.TABLES,
    **data_figures.TABLES,
    **face_figures.TABLES,
    **flow_figures.TABLES,
    **gauntlet_figures.TABLES,
    **light_figures.TABLES,
    **normalisation_figures.TABLES,
    **own_data_figures.TABLES,
    **paper_figures.TABLES,
    **readme_figures.TABLES,
    **relighting_figures.TABLES,
    **small_figures.TABLES,
    **texture_figures.TABLES,
    **training_figures.TABLES,
}


def with_figures(text: str) -> str:
    """Return a page with its tables written anew."""
    return BLOCK.sub(lambda block: block[1] + "\n" + TABLES[block[2]]() + "\n" + block[3], text)


def main() -> None:
    for page in PAGES:
        path = ROOT / page
        path.write_text(with_figures(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
