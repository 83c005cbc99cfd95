"""What a cascade of networks saves: a face goes on to the next network only where the present one is unsure.

FER+ validation, majority protocol, single pass; one face per call, one thread. Thresholds are chosen on every
other face, in good light and six bad ones together, and everything is measured on the rest. Times are of
whole calls (`predict_proba`), taken in turn.

    python benchmarks/exit_cascade.py --data DIR nano.onnx base.onnx large.onnx
"""

from __future__ import annotations

from lamplit.cli.measure_cascade import measure_cascade
from lamplit.expression import ExpressionClassifier
from lamplit.report.exit_plot import plot_exits
from results import ROOT, data_parser, write_result

MOST_LOSS = 0.002


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("weights", nargs="+", help="two or more weights, by name or as .onnx files")
    arguments = parser.parse_args()
    classifiers = [ExpressionClassifier(weights, threads=1) for weights in arguments.weights]
    measured = measure_cascade(classifiers, arguments.data, "validation", most_loss=MOST_LOSS, hidden=False)
    figures = measured.as_dict()
    title = f"FER+ validation, good light, every other of {measured.faces:,} faces, one thread"
    plot_exits(figures, measured.names, ROOT / "docs" / "images" / "exit-cascade.png", title=title)
    cards = {classifier.card.name: classifier.card for classifier in classifiers}
    about = {
        "split": "validation",
        "protocol": "majority, single pass; chosen: on every other face in seven lights together; reported, "
        "curve and singles: on the rest in good light; lights: on the rest in each",
        "most_loss": MOST_LOSS,
        "sha256": {name: cards[name].sha256 for name in measured.names},
        "parameters": {name: cards[name].parameters for name in measured.names},
    }
    write_result("exit_cascade", about | figures)


if __name__ == "__main__":
    main()
