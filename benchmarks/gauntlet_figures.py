"""The tables of the page about the light gauntlet, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable

from stored import result, table


def gauntlet() -> str:
    """Return the whole gauntlet, with what was refused."""
    figures = result("light_gauntlet")
    rows = [
        ("light", "accuracy", "macro F1", "log loss", "calibration error", "refused", "wrong of the rest")
    ]
    for row in figures["lights"]:
        scores = (f"{row[key]:.3f}" for key in ("accuracy", "macro_f1", "log_loss", "calibration_error"))
        refused = f"{100 * (row['refused_for_light'] + row['refused_for_doubt']):.1f} %"
        wrong = "-" if row["wrong_of_answered"] is None else f"{100 * row['wrong_of_answered']:.1f} %"
        rows.append((row["name"], *scores, refused, wrong))
    mean = "\nMean accuracy over the six bad lights of the short protocol: "
    return table(rows) + mean + f"{figures['mean_of_six_bad_lights']:.3f}.\n"


def refusal() -> str:
    """Return what the choice of the least probability comes to on other faces."""
    figures = result("light_gauntlet")
    half, good = figures["chosen_on_half"], figures["lights"][0]
    rows = [
        ("figure", "value"),
        ("least probability on the card: easy, hard, backlit", by_kind(figures["least_probability"])),
        ("the same, chosen on every other face", by_kind(half["least_probability"])),
        ("lights with at least 20 answers on the rest", str(half["lights"])),
        ("of those with more than one answer in five wrong", str(half["lights_above_the_risk"])),
        ("the worst", f"{half['worst_light']}: {100 * half['worst_risk']:.1f} % wrong"),
        ("refused for its light, good light", f"{100 * good['refused_for_light']:.2f} %"),
        ("refused for doubt, good light", f"{100 * good['refused_for_doubt']:.1f} %"),
    ]
    return table(rows)


def by_kind(least: dict[str, float]) -> str:
    """Return the thresholds as text."""
    return ", ".join(f"{least[kind]:.3f}" for kind in ("easy", "hard", "backlit"))


def second_look() -> str:
    """Return recall with and without the second look."""
    figures = result("second_look")
    head = ("light", "found", "with second look", "false per scene", "with second look")
    rows = [head]
    for name, row in figures["lights"].items():
        found = (f"{row[key]:.3f}" for key in ("recall_first_look", "recall_with_second_look"))
        false = (f"{row[key]:.3f}" for key in ("false_first_look", "false_with_second_look"))
        rows.append((name, *found, *false))
    return table(rows) + f"\n{figures['scenes']:,} scenes, one face each.\n"


def face_correction() -> str:
    """Return accuracy by light and correction; a star where a correction wins."""
    figures = result("face_correction")
    names = list(next(iter(figures["lights"].values())))
    rows = [("light", *(name.replace("_", " ") for name in names))]
    for light_name, cells in figures["lights"].items():
        values = (f"{cells[n]['accuracy']:.3f}{' *' if cells[n].get('helps') else ''}" for n in names)
        rows.append((light_name, *values))
    about = f"* wins by more than two standard errors. {figures['faces']:,} faces, {figures['weights']}."
    return table(rows) + f"\n{about}\n"


def several_exposures() -> str:
    """Return what more exposures of the same face bring in noisy light."""
    figures = result("several_exposures")
    first, *more = (row["exposures"] for row in figures["noisy"][0]["counts"])
    rows = [("light", "averaged", f"{first} exposure", *(str(count) for count in more))]
    for row in figures["noisy"]:
        for key in ("answers_averaged", "pictures_averaged"):
            values = (f"{count[key]:.3f}" for count in row["counts"])
            rows.append((row["light"], key.split("_")[0], *values))
    about = (
        f"{figures['faces']:,} faces, {figures['weights']}. Mean of the six bad lights, pictures of "
        f"{more[-1]} exposures averaged in these two: "
        f"{figures['mean_of_six_bad_lights_with_most_exposures']:.3f}."
    )
    return table(rows) + f"\n{about}\n"


def ablation() -> str:
    """Return the ways to train by light."""
    figures = result("light_ablation")
    ways = list(figures["ways"].values())
    names = [name for name in ways[0] if name != "way"]
    rows = [("way", *names)]
    for way in ways:
        values = (f"{way[name]['mean']:.3f} ± {way[name]['spread']:.3f}" for name in names)
        rows.append((way["way"], *values))
    schedule = (
        f"{figures['training_faces']:,} training faces; {figures['epochs_in_good_light']} epochs in good "
        f"light, the same for all ways with one normalisation, then {figures['epochs']} in the way's light"
    )
    return table(rows) + f"\n{schedule}; seeds {figures['seeds']}, mean ± standard deviation.\n"


TABLES: dict[str, Callable[[], str]] = {
    "ablation": ablation,
    "face_correction": face_correction,
    "gauntlet": gauntlet,
    "refusal": refusal,
    "second_look": second_look,
    "several_exposures": several_exposures,
}
