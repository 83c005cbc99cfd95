"""Whether a run over 1,000 pictures, 50 of them damaged, comes to its end, and whether memory stays flat.

The pictures are made from the sample photo: 700 with its face at sizes from 160 to 1,024 pixels, 250 of noise
without a face, 50 damaged in every way of `damaged_pictures.py`. `lamplit analyze` runs as a process of its
own, first over 200 of them, then over all 1,000; the peaks of its memory are compared.

    python benchmarks/thousand_pictures.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from damaged_pictures import write_damaged
from results import ROOT, write_result

SIDES = (160, 256, 512, 1024)
N_ALL, N_FIRST, N_DAMAGED = 1_000, 200, 50
FACES_IN_TWENTY = 14
"""Of 19 good pictures in 20; the rest show nobody."""
MOST_GROWTH = 1.1
"""The peak after all pictures may be this times the peak after the first."""


def write_good(folder: Path, photo: Image.Image, number: int, expected: dict[Path, str]) -> None:
    """Write one sound picture, with the face or without."""
    side = SIDES[number % len(SIDES)]
    suffix = (".jpg", ".png", ".jpg", ".webp")[number // len(SIDES) % 4]
    has_face = number % 19 < FACES_IN_TWENTY
    path = folder / f"{'face' if has_face else 'nobody'}{number:04d}{suffix}"
    if has_face:
        gain = 0.5 + 0.5 * (number % 11) / 10
        picture = photo.resize((side, side), Image.Resampling.BOX).point(lambda level: int(gain * level))
    else:
        noise = np.random.default_rng(number).integers(0, 256, (side, side, 3), dtype=np.uint8)
        picture = Image.fromarray(noise)
    picture.save(path)
    expected[path] = "ok" if has_face else "no face"


def make_folder(folder: Path, photo: Image.Image, *, n: int, n_damaged: int, start: int) -> dict[Path, str]:
    """Fill a folder; return the status that each file should get."""
    folder.mkdir()
    small = photo.resize((160, 160), Image.Resampling.BOX)
    expected: dict[Path, str] = {}
    while len(expected) < n_damaged:
        expected |= write_damaged(folder, small, start + len(expected))
    for path in list(expected)[n_damaged:]:
        path.unlink()
        del expected[path]
    for number in range(start, start + n - n_damaged):
        write_good(folder, photo, number, expected)
    return expected


def run(folders: list[Path], out: Path) -> dict[str, Any]:
    """Run the command; return exit code, seconds and the peak of its memory."""
    words = [sys.executable, "-m", "lamplit", "analyze", *map(str, folders), "--out", str(out)]
    started = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        summary = process.stdout.read().splitlines()[-1]
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    per_kilobyte = 1024 if sys.platform == "darwin" else 1  # macOS counts in bytes, Linux in kilobytes
    return {
        "exit_code": process.returncode,
        "summary": summary,
        "seconds": round(time.perf_counter() - started, 1),
        "peak_memory_mb": round(usage.ru_maxrss / per_kilobyte / 1024, 1),
    }


def check(out: Path, expected: dict[Path, str]) -> Counter[str]:
    """Compare the table with what was expected; return how many inputs ended with each status."""
    rows = pq.read_table(out, columns=["source", "status"]).to_pylist()
    came = {row["source"]: row["status"] for row in rows}
    wrong = {str(path): (status, came.get(str(path))) for path, status in expected.items()}
    wrong = {path: pair for path, pair in wrong.items() if pair[0] != pair[1]}
    if len(came) != len(expected) or wrong:
        raise SystemExit(f"{len(came)} of {len(expected)} inputs; wrong status (expected, came): {wrong}")
    return Counter(came.values())


def main() -> None:
    load = os.getloadavg()[0]
    photo = Image.open(ROOT / "examples" / "eileen-collins.jpg").convert("RGB")
    with tempfile.TemporaryDirectory() as place:
        first, rest, out = Path(place, "first"), Path(place, "rest"), Path(place, "out.parquet")
        share = N_FIRST * N_DAMAGED // N_ALL
        expected = make_folder(first, photo, n=N_FIRST, n_damaged=share, start=0)
        early = run([first], out)
        check(out, expected)
        expected |= make_folder(rest, photo, n=N_ALL - N_FIRST, n_damaged=N_DAMAGED - share, start=N_FIRST)
        late = run([first, rest], out)
        statuses = check(out, expected)
        n_rows = pq.read_metadata(out).num_rows
    n_failed = sum(count for status, count in statuses.items() if status not in ("ok", "no face"))
    growth = late["peak_memory_mb"] / early["peak_memory_mb"]
    figures = {
        "pictures": len(expected),
        "rows": n_rows,  # more than pictures where the detector saw a second face
        "failed": n_failed,
        "statuses": dict(statuses.most_common()),
        "first_200": early,
        "all_1000": late,
        "memory_growth": round(growth, 3),
        "pictures_per_second": round(N_ALL / late["seconds"], 1),
        "load_before": round(load, 1),
    }
    write_result("thousand_pictures", figures)
    if (len(expected), n_failed, late["exit_code"]) != (N_ALL, N_DAMAGED, 1) or growth > MOST_GROWTH:
        raise SystemExit("not as it should be: see above")


if __name__ == "__main__":
    main()
