"""The tables of the page on boosting that are about cascades."""

from __future__ import annotations

from stored import machine, result, table, where_measured


def speed() -> str:
    """Return times beside OpenCV's."""
    figures = result("cascade_speed")
    rows = [("cascade", "made of", "windows", "lamplit, ms", "OpenCV, ms", "ratio")]
    for name, row in figures["cascades"].items():
        times = (f"{row[key]:.0f}" for key in ("milliseconds", "opencv_milliseconds"))
        ratio = f"{row['time_relative_to_opencv']:.2f}"
        rows.append((f"`{name}`", row["made_of"], str(row["windows"]), *times, ratio))
    about = (
        f"One thread, {figures['picture']}, steps of 1.1 from 24 pixels on, processor time, median of "
        f"{figures['rounds']} rounds in turn; OpenCV {figures['opencv']}. "
        f"Machine: {machine('cascade_speed')}."
    )
    return table(rows) + f"\n{about}\n"


def recall() -> str:
    """Return recall at equal false positives, by light."""
    figures = result("cascade_recall")
    soft, squares = figures["lights"]["soft ellipses"], figures["lights"]["plain squares"]
    names = list(next(iter(soft.values())))
    rows = [("scene", *names)]
    for word, lights in (("", soft), ("plain squares, ", squares)):
        for light, by in lights.items():
            if word and light.startswith("mean"):
                continue  # of one light alone: those in turn
            cells = (f"{100 * by[name]['recall']:.1f} %" if name in by else "-" for name in names)
            rows.append((f"{word}{light}", *cells))
    good = soft["good light"]
    for size in (key for key in good[names[0]] if key.endswith("pixels")):
        rows.append((f"good light, {size}", *(f"{100 * good[name][size]:.1f} %" for name in names)))
    for light, by in figures["yale_faces"].items():
        rows.append((f"Yale Faces, {light}", *(f"{100 * by[name]:.1f} %" for name in names)))
    about = (
        f"Recall at {figures['false_positives_per_picture']:g} false positives per picture. "
        f"{figures['faces']:,} FER+ validation faces in {figures['scenes']} held-out pictures; soft ellipses "
        "but where said otherwise. \"Dim\": OpenCV's cascade with lamplit's least contrast."
    )
    return table(rows) + f"\n{about}\n"


TABLES = {
    "cascade_recall": where_measured("cascade_recall", recall),
    "cascade_speed": where_measured("cascade_speed", speed),
}
