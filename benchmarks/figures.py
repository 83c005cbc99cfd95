"""Write the tables of figures in README and docs from `benchmarks/results`, so that they cannot drift apart.

python benchmarks/figures.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/training.md")
BLOCK = re.compile(r"(<!-- figures: (\w+) .*?-->\n).*?(<!-- /figures -->)", flags=re.DOTALL)


def result(name: str) -> dict[str, Any]:
    """Return the figures of a benchmark."""
    text = (ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8")
    figures: dict[str, Any] = json.loads(text)["figures"]
    return figures


def machine(name: str) -> str:
    """Return what a benchmark ran on."""
    values = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))
    return f"{values['machine']['cpu']}, {values['machine']['cores']} cores, commit {values['commit']}"


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows, the first of which is the head, as a Markdown table."""
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body]) + "\n"


def summary() -> str:
    """Return the README's table."""
    quality, speed, start = result("validation"), result("network_speed"), result("start_up")
    yale, false, long = result("yale_faces"), result("false_alarms"), result("thousand_pictures")
    every, six = quality["all"], quality["six"]
    interval = every["accuracy_interval"]
    faces = f"FER+ validation, majority labels, given crops, single pass, {every['n']:,} faces"
    one, many = speed["batch_1_one_thread"], speed["batch_64_one_thread"]
    rows = [
        ("figure", "value", "how measured"),
        (
            "accuracy, 8 expressions",
            f"{every['accuracy']:.3f} (95 % bootstrap {interval['low']:.3f} to {interval['high']:.3f})",
            faces,
        ),
        (
            "the same without copies",
            f"{quality['without_copies']['accuracy']:.3f}",
            f"without the {every['n'] - quality['without_copies']['n']} faces that are in training, too",
        ),
        ("macro F1, 8 expressions", f"{every['macro_f1']:.3f}", "the same faces"),
        ("log loss, 8 expressions", f"{every['log_loss']:.3f}", "the same faces"),
        (
            "expected calibration error",
            f"{every['calibration_error']:.3f}",
            "the same faces, 15 bins; temperature fitted on held-out training faces",
        ),
        ("accuracy, Ekman six", f"{six['accuracy']:.3f}", f"the {six['n']:,} of them with one of the six"),
        ("log loss, Ekman six", f"{six['log_loss']:.3f}", "as above"),
        (
            "accuracy at night, 8 expressions",
            f"{result('worse_light')['conditions']['night']['accuracy']:.3f}",
            f"the same faces at {result('worse_light')['conditions']['night']['condition']}",
        ),
        (
            "agreement with acted expressions",
            f"{yale['mean_accuracy_of_the_four']:.2f}",
            "Yale Faces, whole pipeline, 4 states of 15 people; no face counts as wrong",
        ),
        (
            "false alarms of the detector",
            f"{100 * false['share_with_a_face_by_neighbours']['5']:.1f} %",
            f"of {false['pictures']:,} pictures without faces (a few do hold one)",
        ),
        (
            "time per face, batch 1",
            f"{one['milliseconds_per_face']:.2f} ms",
            f"network, one thread; {one['time_relative_to_pytorch']:.2f} of PyTorch's time",
        ),
        (
            "throughput, batch 64",
            f"{many['faces_per_second']:.0f} faces/s",
            f"network, one thread; {many['time_relative_to_pytorch']:.2f} of PyTorch's time",
        ),
        ("`import lamplit`", f"{1000 * start['import_lamplit']['median_s']:.0f} ms", "-X importtime, median"),
        (
            "`lamplit analyze` on one photo",
            f"{start['analyze_one_photo_fresh_process']['median_s']:.2f} s",
            "fresh process, start to end, median",
        ),
        ("disk, without extras", f"{result('core_size')['environment_mb']:.0f} MB", "fresh environment"),
        ("1,000 pictures, 50 of them broken", long_run(long), "`lamplit analyze`, rows and memory"),
    ]
    return table(rows) + f"\nMachine: {machine('network_speed')}.\n"


def long_run(figures: dict[str, Any]) -> str:
    """Return what the run over 1,000 pictures showed."""
    growth = 100 * (figures["memory_growth"] - 1)
    peak = figures["all_1000"]["peak_memory_mb"]
    rows = f"{figures['pictures']:,} accounted for in {figures['rows']:,} rows (the rest: false second faces)"
    memory = f"peak {peak:.0f} MB, {growth:.0f} % more than after 200"
    return f"{rows}, {figures['failed']} say what is wrong; {memory}"


def classes() -> str:
    """Return precision and recall per class."""
    rows = [("expression", "faces", "precision", "recall", "F1")]
    for row in result("validation")["all"]["classes"]:
        scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
        rows.append((row["label"], f"{row['support']:,}", *scores))
    return table(rows)


def yale() -> str:
    """Return the answers on Yale Faces."""
    figures = result("yale_faces")
    rows = [("state", "exactly one face", "answers")]
    for state, answers in figures["answers"].items():
        said = ", ".join(f"{name} {count}" for name, count in answers.items())
        rows.append((state, f"{100 * figures['share_with_exactly_one_face'][state]:.0f} %", said))
    return table(rows)


def light() -> str:
    """Return the figures in worse light."""
    rows = [("light", "accuracy", "macro F1", "log loss", "calibration error")]
    for row in result("worse_light")["conditions"].values():
        scores = (f"{row[key]:.3f}" for key in ("accuracy", "macro_f1", "log_loss", "calibration_error"))
        rows.append((row["condition"], *scores))
    return table(rows)


def cycles() -> str:
    """Return what the training cycles reached."""
    rows = [("recipe", "epochs", "validation", "held-out", "training")]
    for name, run in result("training_cycles").items():
        scores = (f"{run[faces]['accuracy']:.3f}" for faces in ("validation", "held_out", "training"))
        rows.append((name, str(run["epochs"]), *scores))
    return table(rows)


TABLES: dict[str, Callable[[], str]] = {
    "summary": summary,
    "classes": classes,
    "cycles": cycles,
    "light": light,
    "yale": yale,
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
