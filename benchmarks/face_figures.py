"""The tables of the pages about finding faces, landmarks and the way from scenes to expressions."""

from __future__ import annotations

from typing import Any

from stored import machine, result, table, where_measured

RATE = "at 0.05"


def recall() -> str:
    """Return recall by light beside the cascades."""
    figures = result("detector_recall")
    lights = figures["lights"]
    means = lights["mean of the bad lights"]
    names, strict = list(means), figures["recall_by_the_crops_alone"]
    rows = [("scene", *names, f"{names[0]}, by the crops alone")]
    for light, by in lights.items():
        each = (by[name][RATE] for name in names)
        found = [one if light.startswith("mean") else one["recall"] for one in each]
        rows.append((light, *_percent(*found, strict[light][names[0]])))
    good = lights["good light"]
    for size in (key for key in good[names[0]][RATE] if key.endswith("pixels")):
        rows.append((f"good light, {size}", *_percent(*(good[name][RATE][size] for name in names)), ""))
    about = (
        f"Recall at 0.05 false positives per picture. {figures['faces']:,} FER+ validation faces of 24 to "
        f"200 pixels in {figures['scenes']} held-out pictures. Machine: {machine('detector_recall')}."
    )
    return table(rows) + f"\n{about}\n"


def photographs() -> str:
    """Return what is found in photographs, at the thresholds of the scenes."""
    figures = result("detector_recall")
    names = list(figures["thresholds"])
    rows = [("pictures", "how many", *names)]
    for light, by in figures["yale_faces"].items():
        rows.append((f"Yale Faces, {light}", str(by["pictures"]), *_shares(by, names)))
    ambient = figures["yale_b_uncropped"]
    rows.append(("Yale B, uncropped", str(ambient["pictures"]), *_shares(ambient, names)))
    faces = figures["faces_unlabelled"]
    for light, by in faces.items():
        if light != "faces":
            rows.append((f"unlabelled faces, {light}", f"{faces['faces']:,}", *_shares(by, names)))
    alarms = figures["false_positives_per_plain_picture"]
    rows.append(("no faces: false positives a picture", "", *(f"{alarms[name]:.3f}" for name in names)))
    times = figures["milliseconds_640x480_one_thread"]
    rows.append(("ms, 640 x 480, one thread", "", *(f"{times[name]:.1f}" for name in names)))
    return table(rows)


def _shares(by: dict[str, Any], names: list[str]) -> list[str]:
    """Return shares in per cent."""
    return _percent(*(by[name] for name in names))


def _percent(*shares: float) -> list[str]:
    """Return numbers in per cent."""
    return [f"{100 * share:.1f} %" for share in shares]


def landmarks() -> str:
    """Return errors by light."""
    figures = result("landmarks")
    rows = [("light", "mean error", "failures", "error over spread", "taken for a face")]
    for light, row in figures["lights"].items():
        taken = f"{100 * figures['taken_for_faces'][light]:.1f} %"
        rows.append((light, *_errors(row), taken))
    rows.append(("mean of the six bad ones", *_errors(figures["mean_of_bad"]), ""))
    parts = figures["lights"]["good light"]["error_by_part"]
    named = ", ".join(f"{part} {error:.3f}" for part, error in parts.items())
    time = figures["milliseconds_a_crop_on_one_thread"]
    about = (
        f"{figures['faces']:,} held-out faces; errors over the distance of the outer eye corners, failures "
        f"above {figures['failure_above']:g}. In good light by part: {named}. Pictures without faces taken "
        f"for one: {100 * figures['scenes_taken_for_faces']:.1f} %. {time['median']:.2f} ms a crop, one "
        f"thread (fastest tenth {time['fastest_tenth']:.2f}). Machine: {machine('landmarks')}."
    )
    return table(rows) + f"\n{about}\n"


def _errors(row: dict[str, float]) -> tuple[str, str, str]:
    """Return error, failures and spread ratio."""
    return f"{row['error']:.3f}", f"{100 * row['failures']:.1f} %", f"{row['spread_ratio']:.2f}"


def end_to_end() -> str:
    """Return accuracy from whole scenes."""
    figures = result("end_to_end")
    rows_of = {**figures["lights"], "mean of the six bad ones": figures["mean of the bad lights"]}
    ways = list(figures["mean of the bad lights"])
    rows = [("light", *ways, "found", "found by OpenCV's cascade")]
    for light, by in rows_of.items():
        accuracies = (f"{100 * by[way]['accuracy']:.1f} %" for way in ways)
        found = (f"{100 * by[way]['found']:.1f} %" for way in ("by both", "OpenCV's cascade"))
        rows.append((light, *accuracies, *found))
    about = (
        f"{figures['faces']:,} FER+ validation faces of 48 to 140 pixels in {figures['scenes']} held-out "
        f"pictures; faces that are missed count as wrong. Machine: {machine('end_to_end')}."
    )
    return table(rows) + f"\n{about}\n"


def pipeline() -> str:
    """Return the time of each step of a picture."""
    figures = result("pipeline_speed")
    rows = [("step", "ms", "fastest round", "of OpenCV's cascade")]
    for name, row in figures["steps"].items():
        times = (f"{row[key]:.2f}" for key in ("milliseconds", "fastest_round", "ratio"))
        rows.append((name, *times))
    about = (
        f"640 x 480 pixels with one face, one thread, median of {figures['rounds']} rounds in turn; OpenCV "
        f"{figures['opencv']}. Machine: {machine('pipeline_speed')}."
    )
    return table(rows) + f"\n{about}\n"


def alignment() -> str:
    """Return accuracy by the way that faces are cut out, and by their tilt."""
    figures = result("face_alignment")
    counts = figures["by_tilt"]
    names = {"0_5": "tilt below 5 degrees", "5_15": "5 to 15", "15_90": "above 15"}
    rows = [("crop", "all", *(f"{name} ({counts[key]:,})" for key, name in names.items()))]
    for way, row in figures["ways"].items():
        keys = ("accuracy", *(f"accuracy_tilt_{key}" for key in names))
        rows.append((way, *(f"{100 * row[key]:.1f} %" for key in keys)))
    plain, *_, upright, _ = figures["ways"].values()
    gained = {key: 100 * (upright[f"accuracy_tilt_{key}"] - plain[f"accuracy_tilt_{key}"]) for key in names}
    about = (
        f"Accuracy, {figures['weights']}, majority, {figures['faces']:,} validation faces of FER+; one pass, "
        "in the last row two. Aligned upright, faces that stand upright anyway change by "
        f"{gained['0_5']:+.1f} points, those tilted by more than 15 degrees by {gained['15_90']:+.1f}."
    )
    return table(rows) + f"\n{about}\n"


TABLES = {
    "face_alignment": where_measured("face_alignment", alignment),
    "detector_recall": where_measured("detector_recall", recall),
    "detector_photographs": where_measured("detector_recall", photographs),
    "landmarks": where_measured("landmarks", landmarks),
    "end_to_end": where_measured("end_to_end", end_to_end),
    "pipeline_speed": where_measured("pipeline_speed", pipeline),
}
