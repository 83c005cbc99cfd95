"""The table of the paper's experiment, claimed and measured."""

from __future__ import annotations

from collections.abc import Callable

from stored import commit, machine, result, sizes_of, table, where_measured

QUANTITIES = {
    "train_accuracy": "accuracy in training, last epoch",
    "train_loss": "loss in training, last epoch",
    "validation_accuracy": "accuracy in validation, last epoch",
    "validation_loss": "loss in validation, last epoch",
}


def experiment() -> str:
    """Return what the paper claims, what its network reached, what lamplit's reaches on the same faces."""
    figures, weights = result("paper_rerun"), result("validation")["weights"]
    claimed, last = figures["claimed"], figures["last_epoch"]
    paper, shipped = figures["paper"], result("validation")["six"]
    rows = [("six expressions", "claimed", "the paper's network, rerun", weights)]
    rows.append(("parameters", *(f"{n:,}" for n in _each("parameters", claimed, paper, sizes_of(weights)))))
    rows.append(("accuracy", *(f"{n:.4f}" for n in _each("accuracy", claimed, paper, shipped))))
    losses = (claimed["loss"], paper["log_loss"], shipped["log_loss"])
    rows.append(("loss (mean log loss)", *(f"{n:.4f}" for n in losses)))
    rows.append(("macro F1", "", *(f"{n:.4f}" for n in _each("macro_f1", paper, shipped))))
    for key, words in QUANTITIES.items():
        rows.append((words, f"{claimed[key]:.2f}", f"{last[key]:.4f}", ""))
    trained, lowest = figures["training"], figures["lowest_validation_loss"]
    stopped = f" (accuracy {lowest['accuracy']:.4f})" if "accuracy" in lowest else ""
    about = (
        "Claimed: table 1 and section 6.1 of the paper. "
        f"{paper['n']:,} faces of FER+ validation, majority, single pass; "
        "the paper's network was trained on "
        f"{trained['faces']:,} faces for {trained['epochs']} epochs ({trained['hours']:g} hours), one seed. "
        f"Its loss in validation was least after epoch {lowest['epoch']}: {lowest['loss']:.4f}{stopped}. "
        f"Machine: {machine('paper_rerun')}; the last column: commit {commit('validation')}."
    )
    return table(rows) + f"\n{about}\n"


def _each(key: str, *figures: dict[str, float]) -> tuple[float, ...]:
    """Return one figure of each."""
    return tuple(one[key] for one in figures)


TABLES: dict[str, Callable[[], str]] = {"paper_rerun": where_measured("paper_rerun", experiment)}
