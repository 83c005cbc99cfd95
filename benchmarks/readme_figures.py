"""The tables of the README, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stored import machine, result, sizes_of, table


def summary() -> str:
    """Return the README's table of figures."""
    long = result("thousand_pictures")
    rows = [
        ("figure", "value", "how measured"),
        *validation_rows(),
        *light_rows(),
        *face_rows(),
        *speed_rows(),
        ("disk, without extras", f"{result('core_size')['environment_mb']:.0f} MB", "fresh environment"),
        ("1,000 pictures, 50 of them broken", long_run(long), "`lamplit analyze`, rows and memory"),
    ]
    about = (
        f"Times of a face: {machine('network_speed')}. Every other figure stands in a file of "
        "`benchmarks/results` with its commit and machine."
    )
    return table(rows) + f"\n{about}\n"


def validation_rows() -> list[tuple[str, str, str]]:
    """Return the rows about the validation faces, in good light but for one."""
    quality, lights = result("validation"), result("light_gauntlet")["lights"]
    every, six, distinct = quality["all"], quality["six"], quality["without_copies"]
    interval = every["accuracy_interval"]
    apart = next(
        row for row in result("near_duplicates")["shipped_weights"] if "near copies, too" in row["faces"]
    )
    return [
        (
            "accuracy, 8 expressions",
            f"{every['accuracy']:.3f} (95 % bootstrap {interval['low']:.3f} to {interval['high']:.3f})",
            f"FER+ validation, majority labels, given crops, single pass, {every['n']:,} faces",
        ),
        (
            "the same without copies",
            f"{distinct['accuracy']:.3f}",
            f"without the {every['n'] - distinct['n']} faces that are in training, too; macro F1 "
            f"{distinct['macro_f1']:.3f}",
        ),
        (
            "without near copies, too",
            f"{apart['accuracy']:.3f}",
            f"{apart['n']:,} faces; macro F1 {apart['macro_f1']:.3f}, for few rare expressions are left",
        ),
        ("macro F1, 8 expressions", f"{every['macro_f1']:.3f}", "all faces again"),
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
        *size_rows(),
    ]


def size_rows() -> list[tuple[str, str, str]]:
    """Return the rows about more than one pass, the other sizes, and all together."""
    speed = result("network_speed")
    flipped, upright = (sizes_of(speed["weights"], way) for way in ("with flips", "upright, too"))
    together = {"+".join(row["members"]): row for row in result("committee")["rows"]}

    def time_of(size: str) -> str:
        return f"{speed[size]['batch_1_one_thread']['milliseconds_per_face']:.2f} ms per face"

    def both(row: dict[str, Any]) -> str:
        return f"{row['eight']['accuracy']:.3f} and {row['six']['accuracy']:.3f}"

    return [
        ("accuracy with flips, 8 and 6", both(flipped), "mean over both mirror images"),
        (
            "accuracy upright, too, 8 and 6",
            both(upright),
            "mean over the crop and the same face brought upright",
        ),
        ("accuracy of nano, 8 and 6", both(together["nano"]), f"single pass, {time_of('smallest')}"),
        ("accuracy of large, 8 and 6", both(together["large"]), f"single pass, {time_of('largest')}"),
        (
            "accuracy of the committee, 8 and 6",
            both(together["nano+base+large"]),
            "the mean of all three sizes, single pass each",
        ),
    ]


def light_rows() -> list[tuple[str, str, str]]:
    """Return the rows about bad light and what is kept back."""
    figures = result("light_gauntlet")
    good = figures["lights"][0]
    return [
        (
            "accuracy in six bad lights, mean",
            f"{figures['mean_of_six_bad_lights']:.3f}",
            "the same faces in the short protocol of the light gauntlet",
        ),
        (
            "kept back in good light",
            f"{100 * good['refused_for_doubt']:.1f} %",
            f"verdict unsure; {100 * good['refused_for_light']:.2f} % for the light; of the rest "
            f"{100 * good['wrong_of_answered']:.1f} % are wrong",
        ),
    ]


def face_rows() -> list[tuple[str, str, str]]:
    """Return the rows about whole pictures: faces that are found, and faces that are none."""
    false, recall = result("false_alarms"), result("detector_recall")["lights"]
    net, cascade = "network, verified", "cascade: OpenCV alt2"
    marks, scenes, steps = result("landmarks"), result("end_to_end"), result("pipeline_speed")["steps"]
    shares = false["held_out_share_with_a_face"]

    def found(name: str) -> tuple[float, float]:
        good = recall["good light"][name]["at 0.05"]["recall"]
        return 100 * good, 100 * recall["mean of the bad lights"][name]["at 0.05"]

    def placed(light: str) -> str:
        by = scenes["lights"][light] if light in scenes["lights"] else scenes[light]
        return f"{100 * by['by both']['accuracy']:.1f} % ({100 * by['aligned']['accuracy']:.1f} %)"

    return [
        (
            "faces found, good and bad light",
            "{:.1f} % and {:.1f} %".format(*found(net)),
            "at 0.05 false alarms per picture, 24 to 200 pixels; OpenCV's cascade "
            "{:.1f} % and {:.1f} %".format(*found(cascade)),
        ),
        (
            "error of 68 landmarks, good and bad light",
            f"{marks['lights']['good light']['error']:.3f} and {marks['mean_of_bad']['error']:.3f}",
            f"{marks['faces']} held-out faces; mean distance over that of the outer eye corners",
        ),
        (
            "accuracy from whole scenes, good and bad light",
            f"{placed('good light')} and {placed('mean of the bad lights')}",
            f"{scenes['faces']:,} faces that have to be found first (given crops); missed ones are wrong",
        ),
        (
            "a picture of 640 x 480 with one face",
            f"{steps['whole Analyzer']['milliseconds']:.1f} ms",
            f"whole Analyzer, one thread; {steps['whole Analyzer']['ratio']:.2f} of OpenCV's default cascade "
            "alone",
        ),
        (
            "agreement with acted expressions",
            f"{result('yale_faces')['mean_accuracy_of_the_four']:.2f}",
            "Yale Faces, whole pipeline, 4 states of 15 people; no face counts as wrong",
        ),
        (
            "false alarms of the detector",
            f"{100 * shares['net']:.1f} %",
            f"of {false['held_out_pictures']:,} held-out pictures without faces; OpenCV's cascade "
            f"{100 * shares['cascade']:.1f} %",
        ),
    ]


def speed_rows() -> list[tuple[str, str, str]]:
    """Return the rows about time."""
    speed, start = result("network_speed"), result("start_up")
    one, many = speed["batch_1_one_thread"], speed["batch_64_one_thread"]
    return [
        (
            "time per face, batch 1",
            f"{one['milliseconds_per_face']:.2f} ms",
            f"network, one thread; {one['time_relative_to_pytorch']:.2f} of PyTorch's time in float",
        ),
        (
            "throughput, batch 64",
            f"{many['faces_per_second']:.0f} faces/s",
            f"network, one thread; {many['time_relative_to_pytorch']:.2f} of PyTorch's time in float",
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
    rest = " (the rest: false second faces)" if figures["rows"] > figures["pictures"] else ""
    rows = f"{figures['pictures']:,} accounted for in {figures['rows']:,} rows{rest}"
    memory = f"peak {peak:.0f} MB, {growth:.0f} % more than after 200"
    return f"{rows}, {figures['failed']} say what is wrong; {memory}"


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


TABLES: dict[str, Callable[[], str]] = {
    "by_light": by_light,
    "summary": summary,
}
