"""The tables of the page about training, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable

from stored import measured_rows, result, table, where_measured

VIEWS = {"mirror": "both mirror images", "upright": "these, and both upright"}


def cycles() -> str:
    """Return what the training cycles reached."""
    rows = [("recipe", "epochs", "validation", "held-out", "training")]
    for name, run in result("training_cycles").items():
        scores = (f"{run[faces]['accuracy']:.3f}" for faces in ("validation", "held_out", "training"))
        rows.append((name, str(run["epochs"]), *scores))
    return table(rows)


def blending() -> str:
    """Return accuracy by share of the trained weights."""
    found = result("blending")["rows"]
    lights = list(found[0]["accuracy"])
    rows = [("share of the fourth cycle", "faces", *(name.split(",")[0] for name in lights))]
    for row in sorted(found, key=lambda row: row["faces"]):
        values = (f"{row['accuracy'][name]:.3f}" for name in lights)
        rows.append((f"{row['share']:g}", f"{row['n']:,} {row['faces']}", *values))
    return table(rows)


def classes() -> str:
    """Return precision and recall per class."""
    rows = [("expression", "faces", "precision", "recall", "F1")]
    for row in result("validation")["all"]["classes"]:
        scores = (f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))
        rows.append((row["label"], f"{row['support']:,}", *scores))
    return table(rows)


def light() -> str:
    """Return the figures in the seven lights of the short protocol."""
    figures = result("light_gauntlet")
    rows = [("light", "accuracy", "of good light", "macro F1", "log loss", "calibration error")]
    for row in figures["lights"]:
        if row["name"] in figures["seven_lights"]:
            scores = (f"{row[key]:.3f}" for key in ("macro_f1", "log_loss", "calibration_error"))
            rows.append((row["name"], f"{row['accuracy']:.3f}", f"{100 * row['relative']:.1f} %", *scores))
    return table(rows)


def teachers() -> str:
    """Return what teachers say by day, one by one and together."""
    rows = [("teachers", "they see", "validation", "log loss", "without identical copies", "held-out")]
    for row in result("teachers")["rows"]:
        accuracies = (f"{row[part]['accuracy']:.4f}" for part in ("without_copies", "held_out"))
        whole = row["validation"]
        names = " + ".join(name.removeprefix("expression-") for name in row["teachers"])
        rows.append(
            (names, VIEWS[row["views"]], f"{whole['accuracy']:.4f}", f"{whole['log_loss']:.4f}", *accuracies)
        )
    first = result("teachers")["rows"][0]
    faces = ", ".join(f"{first[part]['faces']:,}" for part in ("validation", "without_copies", "held_out"))
    about = f"Majority, mean of the probabilities as the networks give them, no temperature; {faces} faces."
    return table(rows) + f"\n{about}\n"


def two_views() -> str:
    """Return what two cycles after the default came to: one answer to two views, and larger inputs."""
    names = ("weights", "passes", "accuracy", "log loss", "macro F1")
    rows = [(*names, "Ekman six", "log loss", "six bad lights", "held-out")]
    for row in measured_rows("two_views", "larger_inputs"):
        eight, six = row["eight"], row["six"]
        scores = (eight["accuracy"], eight["log_loss"], eight["macro_f1"], six["accuracy"], six["log_loss"])
        more = (row["mean_of_six_bad_lights"], row["held_out"]["accuracy"])
        rows.append((row["weights"], row["passes"], *(f"{score:.3f}" for score in (*scores, *more))))
    first = result("two_views")["rows"][0]
    faces = f"{first['eight']['faces']:,} faces, {first['six']['faces']:,} and {first['held_out']['faces']:,}"
    return table(rows) + f"\nFER+ validation, majority, calibrated; {faces} held out.\n"


def yale() -> str:
    """Return the answers on Yale Faces."""
    figures = result("yale_faces")
    rows = [("state", "exactly one face", "answers")]
    for state, answers in figures["answers"].items():
        said = ", ".join(f"{name} {count}" for name, count in answers.items())
        rows.append((state, f"{100 * figures['share_with_exactly_one_face'][state]:.0f} %", said))
    return table(rows)


def yale_by_weights() -> str:
    """Return what all weights make of the four states of Yale Faces."""
    by_name = result("yale_faces")["by_weights"]
    states = list(next(iter(by_name.values())))
    rows = [("weights", *states)]
    rows += [(name, *(f"{shares[state]:.2f}" for state in states)) for name, shares in by_name.items()]
    return table(rows)


TABLES: dict[str, Callable[[], str]] = {
    "blending": blending,
    "classes": classes,
    "cycles": cycles,
    "light": light,
    "teachers": where_measured("teachers", teachers),
    "two_views": where_measured("two_views", two_views),
    "yale": yale,
    "yale_by_weights": yale_by_weights,
}
