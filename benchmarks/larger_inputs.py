"""What the default's network reaches on faces enlarged to 64 pixels: after a short cycle, and as it ships.

Measured as `two_views.py` measures; the default itself, at 48 pixels, stands there.

    python benchmarks/larger_inputs.py --data DIR WEIGHTS.onnx    # of runs/expression-base-ferplus-larger
"""

from __future__ import annotations

from lamplit.weights.registry import LARGE_EXPRESSION
from results import data_parser, write_result
from two_views import WAYS, rows_of


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("weights", help="what the short cycle came to, as an .onnx file with its card")
    given = parser.parse_args()
    rows = rows_of((given.weights, LARGE_EXPRESSION), WAYS, given.data)
    write_result("larger_inputs", {"split": "validation", "protocol": "majority", "rows": rows})


if __name__ == "__main__":
    main()
