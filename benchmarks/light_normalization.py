"""How well people are recognised on Extended Yale B after every normalisation, and the plot of it.

The same as `lamplit evaluate light-normalization`, with commit and machine; the plot goes to docs.

    python benchmarks/light_normalization.py --data DIR
"""

from __future__ import annotations

from lamplit.datasets.yale_b import read_yale_b
from lamplit.evaluation.light_normalization import evaluate_light_normalization
from lamplit.light.normalization_chain import standard_chains
from lamplit.report.normalization_plot import plot_normalization
from results import ROOT, parse_data, write_result


def main() -> None:
    faces = read_yale_b(parse_data(__doc__))
    figures = evaluate_light_normalization(faces, standard_chains())
    plot_normalization(figures, ROOT / "docs" / "images" / "light-normalisation-rates.png")
    write_result("light_normalization", dict(figures))


if __name__ == "__main__":
    main()
