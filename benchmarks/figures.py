"""Write the tables of figures in README and docs from `benchmarks/results`, so that they cannot drift apart.

python benchmarks/figures.py
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import ablation_figures
import adaboost_figures
import calibration_figures
import cascade_figures
import data_figures
import flow_figures
import light_figures
import paper_figures
import small_figures
import texture_figures
from results import ROOT
from stored import machine, result, table, where_measured

PAGES = (
    "README.md",
    "docs/boosting.md",
    "docs/data.md",
    "docs/calibration.md",
    "docs/light-gauntlet.md",
    "docs/light-normalisation.md",
    "docs/light-reading.md",
    "docs/optical-flow.md",
    "docs/relighting.md",
    "docs/the-paper-rerun.md",
    "docs/small-and-fast.md",
    "docs/training.md",
    "docs/your-own-data.md",
)
BLOCK = re.compile(r"(<!-- figures: (\w+) .*?-->\n).*?(<!-- /figures -->)", flags=re.DOTALL)


def summary() -> str:
    """Return the README's table."""
    quality = result("validation")
    yale, false, long = result("yale_faces"), result("false_alarms"), result("thousand_pictures")
    every, six, lights = quality["all"], quality["six"], result("light_gauntlet")["lights"]
    good = lights[0]
    interval = every["accuracy_interval"]
    faces = f"FER+ validation, majority labels, given crops, single pass, {every['n']:,} faces"
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
            "the same faces, 15 bins; temperatures fitted on held-out training faces in all lights",
        ),
        (
            "the same in bad light",
            f"{sum(row['calibration_error'] for row in lights) / len(lights):.3f}",
            f"mean over the {len(lights)} lights of the light gauntlet, good light among them",
        ),
        ("accuracy, Ekman six", f"{six['accuracy']:.3f}", f"the {six['n']:,} of them with one of the six"),
        ("log loss, Ekman six", f"{six['log_loss']:.3f}", "as above"),
        (
            "accuracy in six bad lights, mean",
            f"{result('light_gauntlet')['mean_of_six_bad_lights']:.3f}",
            "the same faces in the short protocol of the light gauntlet",
        ),
        (
            "kept back in good light",
            f"{100 * good['refused_for_doubt']:.1f} %",
            f"verdict unsure; {100 * good['refused_for_light']:.2f} % for the light; of the rest "
            f"{100 * good['wrong_of_answered']:.1f} % are wrong",
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
        *speed_rows(),
        ("disk, without extras", f"{result('core_size')['environment_mb']:.0f} MB", "fresh environment"),
        ("1,000 pictures, 50 of them broken", long_run(long), "`lamplit analyze`, rows and memory"),
    ]
    return table(rows) + f"\nMachine: {machine('network_speed')}.\n"


def speed_rows() -> list[tuple[str, str, str]]:
    """Return the rows of the README's table about time."""
    speed, start = result("network_speed"), result("start_up")
    one, many = speed["batch_1_one_thread"], speed["batch_64_one_thread"]
    return [
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
    ]


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
    """Return the figures in the seven lights of the short protocol."""
    figures = result("light_gauntlet")
    return light_table([row for row in figures["lights"] if row["name"] in figures["seven_lights"]])


def light_table(chosen: list[dict[str, Any]]) -> str:
    """Return rows of the gauntlet."""
    rows = [("light", "accuracy", "of good light", "macro F1", "log loss", "calibration error")]
    for row in chosen:
        scores = (f"{row[key]:.3f}" for key in ("macro_f1", "log_loss", "calibration_error"))
        rows.append((row["name"], f"{row['accuracy']:.3f}", f"{100 * row['relative']:.1f} %", *scores))
    return table(rows)


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
    return table(rows) + f"\n* wins by more than two standard errors. {figures['faces']:,} faces.\n"


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


def relighting() -> str:
    """Return the error of relighting, by angle."""
    figures = result("relighting")
    rows = [("angle of the light", "lights", "relit", "best exposure", "left as it is")]
    bounds = (0.5, 12.5, 26.5, 51.5, 77.5, 181.0)
    for low, high in itertools.pairwise(bounds):
        inside = [row for row in figures["lights"] if low <= row["angle"] < high]
        means = (sum(row[k] for row in inside) / len(inside) for k in ("relit", "exposed", "nothing"))
        angle = f"up to {high - 0.5:.0f}°" if high < 180 else "beyond"
        rows.append((angle, str(len(inside)), *(f"{mean:.1f}" for mean in means)))
    every = figures["summary"]
    whole = ("all", str(every["lights"]), *(f"{every[k]:.1f}" for k in ("relit", "exposed", "nothing")))
    better = f"{every['lights_better_than_nothing']} and {every['lights_better_than_exposed']}"
    tail = f"\nRelit is nearer than left as it is and than the best exposure under {better} of the lights.\n"
    return table([*rows, whole]) + tail


def by_light() -> str:
    """Return the README's first table: accuracy by light, beside the peers."""
    figures = result("peers")
    lights = list(figures["models"]["lamplit"]["accuracy"])
    rows = [("model", *(name.split(",")[0] for name in lights), "mean of the six bad ones")]
    for name, model in figures["models"].items():
        version = next((f" {number}" for what, number in model["made_of"].items() if name in what), "")
        values = (f"{100 * model['accuracy'][light]:.1f}" for light in lights)
        rows.append(
            (name.replace("_", "-") + version, *values, f"{100 * model['mean_of_six_bad_lights']:.1f}")
        )
    about = f"{figures['faces']:,} faces, 7 classes (contempt left out, which the peers do not know)."
    return table(rows) + f"\n{about}\n"


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


def normalisation_rates(gallery: str) -> str:
    """Return the share of people recognised after each normalisation, best first."""
    figures = result("light_normalization")
    columns = ("2", "3", "4", "5", "2-5", "night")
    rows = [
        ("normalisation", *(f"subset {column}" for column in "2345"), "2 to 5", "night", "2 to 5, others")
    ]
    for chain in sorted(figures["chains"], key=lambda chain: -chain["all"][gallery]["2-5"]):
        rates = (f"{100 * chain['all'][gallery][column]:.1f}" for column in columns)
        rows.append((chain["name"], *rates, f"{100 * chain['others'][gallery]['2-5']:.1f}"))
    return table(rows)


def normalisation_times() -> str:
    """Return what each normalisation costs."""
    figures = result("normalisers")
    rows = [("normalisation", "256 x 256", "168 x 192", "time relative to others, 256 x 256")]
    for name, row in figures["256x256"].items():
        others = (f"{ratio:.2f} of {other}" for other, ratio in row.get("time_relative_to", {}).items())
        times = (f"{size[name]['milliseconds']:.2f} ms" for size in (figures["256x256"], figures["168x192"]))
        rows.append((name, *times, "; ".join(others) or "-"))
    return table(rows) + f"\nMachine: {machine('normalisers')}.\n"


def normalisation_settings() -> str:
    """Return the settings that were tried on the people set apart for choosing."""
    rows = [("normalisation", "radius", "block", "errors", "subset 1", "frontal", "frontal, night", "margin")]
    for tried in result("light_normalization_settings")["rows"]:
        rates = tried["rates"]
        shares = (rates["subset 1"]["3-5"], rates["frontal"]["3-5"], rates["frontal"]["night"])
        rows.append(
            (
                tried["chain"],
                f"{tried['radius']:g}",
                str(tried["block"]),
                str(tried["errors"]),
                *(f"{100 * share:.1f}" for share in shares),
                f"{rates['frontal']['margin']:.3f}",
            )
        )
    return table(rows)


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
    **ablation_figures.TABLES,
    **adaboost_figures.TABLES,
    **data_figures.TABLES,
    **calibration_figures.TABLES,
    **flow_figures.TABLES,
    **cascade_figures.TABLES,
    **light_figures.TABLES,
    **paper_figures.TABLES,
    **small_figures.TABLES,
    **texture_figures.TABLES,
    "ablation": ablation,
    "blending": blending,
    "by_light": by_light,
    "face_correction": face_correction,
    "gauntlet": gauntlet,
    "refusal": refusal,
    "own_data": where_measured("yale_leave_one_out", own_data),
    "own_data_states": where_measured("yale_leave_one_out", own_data_states),
    "relighting": relighting,
    "second_look": second_look,
    "summary": summary,
    "classes": classes,
    "cycles": cycles,
    "light": light,
    "normalisation_frontal": lambda: normalisation_rates("frontal"),
    "normalisation_settings": normalisation_settings,
    "normalisation_subset_1": lambda: normalisation_rates("subset 1"),
    "normalisation_times": normalisation_times,
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
