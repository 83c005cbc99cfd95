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


TABLES = {"cascade_speed": where_measured("cascade_speed", speed)}
