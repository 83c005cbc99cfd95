"""The tables of the page about your own data, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable

from stored import result, table, where_measured


def own_data() -> str:
    """Return what each way to fine-tune on Yale Faces reached."""
    figures = result("yale_leave_one_out")
    rows = [("way", "accuracy", "95 % bootstrap", "macro F1", "log loss", "input sizes chosen")]
    for way in figures["ways"].values():
        low, high = (way["accuracy_interval"][key] for key in ("low", "high"))
        scores = (f"{way[key]:.3f}" for key in ("macro_f1", "log_loss"))
        sizes = ", ".join(f"{size} ({folds})" for size, folds in way["chosen"]["input_size"].items())
        rows.append((way["way"], f"{way['accuracy']:.3f}", f"{low:.3f} to {high:.3f}", *scores, sizes))
    about = f"{figures['pictures']} faces of {figures['people']} people, {figures['protocol']}."
    return table(rows) + f"\n{about}\n"


def own_data_states() -> str:
    """Return the recall and the answers of each state of Yale Faces."""
    figures = result("yale_leave_one_out")
    recipe, labels = figures["ways"]["recipe"], figures["labels"]
    rows = [("state", "recall", *labels)]
    for label, counts in zip(labels, recipe["confusion"], strict=True):
        rows.append((label, f"{recipe['recall'][label]:.2f}", *(str(count) for count in counts)))
    return table(rows) + "\nColumns: how often each state was answered.\n"


TABLES: dict[str, Callable[[], str]] = {
    "own_data": where_measured("yale_leave_one_out", own_data),
    "own_data_states": where_measured("yale_leave_one_out", own_data_states),
}
