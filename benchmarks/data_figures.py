"""The tables of the page about data, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable

from stored import machine, result, table, where_measured

SHOWN = ("neutral", "happiness", "fear", "disgust", "contempt")


def near_copies() -> str:
    """Return what FER+ holds of near copies, and what the search costs."""
    figures = result("near_duplicates")
    found, search = figures["ferplus"], figures["search"]
    near = found["validation_faces"] - found["validation_faces_identical"]
    rows = [
        ("FER+", "pictures"),
        (
            "validation pictures that stand in training, pixel for pixel",
            f"{found['validation_faces_identical']:,}",
        ),
        ("validation pictures that stand in training only nearly", f"{near:,}"),
        ("training pictures that are copies of those, identical", f"{found['training_faces_identical']:,}"),
        ("training pictures that are copies of those, identical or near", f"{found['training_faces']:,}"),
        ("pairs", f"{found['pairs']:,}"),
        ("of them identical", f"{found['identical_pairs']:,}"),
        ("of them mirrored", f"{found['mirrored_pairs']:,}"),
        (
            "near pairs whose majority labels differ",
            f"{found['near_pairs_whose_labels_differ']:,} of {found['near_pairs_with_two_labels']:,}",
        ),
    ]
    pairs, seconds = search["pairs_compared"] / 1e6, search["processor_seconds"]
    cost = f"{pairs:.0f} million pairs in {seconds:.0f} seconds of one core, {search['more_memory_mb']} MB"
    return table(rows) + f"\n{cost}. Machine: {machine('near_duplicates')}.\n"


def near_copies_found() -> str:
    """Return recall by change and threshold, and false pairs."""
    figures = result("near_duplicates")
    limits = list(figures["changed"][0]["found_by_least_correlation"])
    rows = [("change", *(f"at least {limit}" for limit in limits))]
    for row in figures["changed"]:
        shares = (f"{100 * share:.1f} %" for share in row["found_by_least_correlation"].values())
        rows.append((row["change"], *shares))
    people = figures["different_people"]
    false = (str(people["taken_for_copies"][limit]) for limit in limits)
    pairs = f"{people['pairs_of_different_people']:,} pairs of different people, taken for copies"
    return table([*rows, (pairs, *false)])


def near_copies_accuracy() -> str:
    """Return the shipped weights' figures on validation faces by what training holds of them."""
    rows = [("validation faces", "faces", "accuracy", "macro F1", "log loss")]
    for row in result("near_duplicates")["shipped_weights"]:
        scores = (f"{row[key]:.3f}" for key in ("accuracy", "macro_f1", "log_loss"))
        rows.append((row["faces"], f"{row['n']:,}", *scores))
    return table(rows)


def balanced_sampling() -> str:
    """Return what an epoch shows, by setting."""
    figures = result("balanced_sampling")
    rows = [("balanced over, how far", *SHOWN, "hard light", "largest weight", "of all faces in an epoch")]
    for way in figures["ways"]:
        shares = (f"{100 * way['shares']['expression'][name]:.1f} %" for name in SHOWN)
        hard = f"{100 * way['shares']['light']['hard']:.1f} %"
        seen = f"{100 * way['share_of_faces_in_an_epoch']:.0f} %"
        rows.append((way["way"], *shares, hard, f"{way['largest_weight']:.1f}", seen))
    return table(rows) + f"\n{figures['faces']:,} training faces, mean of {figures['epochs']} epochs.\n"


RARE = ("disgust", "fear", "contempt")


def balance_ways() -> str:
    """Return what each way of balancing brings, mean and spread over seeds."""
    figures = result("balance_ablation")
    measures = ["accuracy", "mean_recall", "macro_f1", "log_loss", *(f"recall of {name}" for name in RARE)]
    rows = [("balance", *(key.replace("_f1", " F1").replace("_", " ") for key in measures))]
    for way in figures["ways"]:
        scores = (f"{way[key]['mean']:.3f} ± {way[key]['spread']:.3f}" for key in measures)
        rows.append((way["way"], *scores))
    about = (
        f"{figures['start']} trained on for {figures['epochs']} epochs, {figures['training_faces']:,} faces; "
        f"{figures['faces']:,} validation faces, majority, single pass.\n"
        f"{len(figures['seeds'])} seeds: mean ± standard deviation. Machine: {machine('balance_ablation')}."
    )
    return table(rows) + f"\n{about}\n"


TABLES: dict[str, Callable[[], str]] = {
    "balance_ways": where_measured("balance_ablation", balance_ways),
    "balanced_sampling": balanced_sampling,
    "near_copies": near_copies,
    "near_copies_accuracy": near_copies_accuracy,
    "near_copies_found": near_copies_found,
}
