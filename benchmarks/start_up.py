"""How long lamplit takes to start: `import lamplit`, and the whole command on one photo in a fresh process.

python benchmarks/start_up.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from statistics import median
from time import perf_counter

from results import ROOT, write_result

RUNS = 11
PHOTO = ROOT / "examples" / "eileen-collins.jpg"


def import_seconds(module: str) -> float:
    """Return the cumulative time that -X importtime gives for a module."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = re.findall(rf"\| +(\d+) \| {module}$", done.stderr, flags=re.MULTILINE)
    return int(lines[-1]) / 1e6


def wall_seconds(*words: str) -> float:
    """Return the time of a command from start to end."""
    started = perf_counter()
    subprocess.run([sys.executable, "-m", *words], capture_output=True, check=True, cwd=ROOT)
    return perf_counter() - started


def summary(seconds: list[float]) -> dict[str, float]:
    """Return the median and the range."""
    return {
        "median_s": round(median(seconds), 3),
        "min_s": round(min(seconds), 3),
        "max_s": round(max(seconds), 3),
    }


def main() -> None:
    photo = str(PHOTO.relative_to(ROOT))
    wall_seconds("lamplit", "analyze", photo)  # the first run fills the disk's cache
    write_result(
        "start_up",
        {
            "runs": RUNS,
            "import_lamplit": summary([import_seconds("lamplit") for _ in range(RUNS)]),
            "import_numpy_for_comparison": summary([import_seconds("numpy") for _ in range(RUNS)]),
            "analyze_one_photo_fresh_process": summary(
                [wall_seconds("lamplit", "analyze", photo) for _ in range(RUNS)]
            ),
        },
    )


if __name__ == "__main__":
    main()
