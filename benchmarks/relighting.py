"""How well light templates predict people they were built without: 38 people, 64 lights, Extended Yale B.

Root mean square error in grey levels of 255 against the real picture, over the pixels that the cropped set
has, beside the error of leaving the frontal picture as it is and of the best exposure, known from the answer.

    python benchmarks/relighting.py --data DIR
"""

from __future__ import annotations

from lamplit.datasets import read_yale_b
from lamplit.evaluation.relighting import leave_person_out
from lamplit.report.relighting_plot import plot_relighting_error
from results import ROOT, parse_data, write_result


def main() -> None:
    error = leave_person_out(read_yale_b(parse_data(__doc__)))
    plot_relighting_error(error.as_dict(), ROOT / "docs" / "images" / "relighting-error.png")
    write_result("relighting", {"summary": error.summary(), **error.as_dict()})


if __name__ == "__main__":
    main()
