"""The tables of the page about boosting that are about texture."""

from __future__ import annotations

from typing import Any

from stored import machine, result, table, where_measured


def speed() -> str:
    """Return each variant of local binary patterns beside scikit-image's."""
    figures = result("local_binary_pattern")
    rows = [
        (
            *("variant (scikit-image's method)", "scikit-image", "like scikit-image", "times faster"),
            *("lamplit", "times faster", "pixels unlike scikit-image's, of 16,384"),
        )
    ]
    for row in figures["variants"]:
        exact, plain = row["like_scikit_image"], row["lamplit"]
        rows.append(
            (
                f"{row['points']} points, radius {row['radius']:g}, {row['method']}",
                f"{row['scikit_image']['fastest_round']:.2f} ms",
                f"{exact['fastest_round']:.2f} ms",
                f"**{exact['times_faster_fastest_rounds']:.1f}**",
                f"{plain['fastest_round']:.2f} ms",
                f"**{plain['times_faster_fastest_rounds']:.1f}**",
                f"{row['other_pixels_like_scikit_image']} and {row['other_pixels_lamplit']}",
            )
        )
    blocks = figures["multi_block"]
    about = (
        f"{figures['picture']}; one thread, the fastest of {figures['rounds']} rounds in turn. Multi-block "
        f"patterns of {blocks['places']:,} places: {blocks['lamplit']['milliseconds']:.2f} ms, "
        f"{blocks['other_places']} unlike scikit-image's, which computes one place per call "
        f"({blocks['scikit_image']['milliseconds']:.0f} ms). Machine: {machine('local_binary_pattern')}."
    )
    return table(rows) + f"\n{about}\n"


def expressions() -> str:
    """Return pipelines and networks on FER+ and Yale Faces, in good and in bad light."""
    figures = result("texture_expressions")
    tasks = {"ferplus-eight": "FER+, eight", "ferplus-six": "FER+, six", "yale": "Yale Faces, six"}
    heads = [f"{words}: {light}" for words in tasks.values() for light in ("good light", "bad")]
    rows = [("who answers", *heads, "macro F1, eight", "training faces", "size", "ms per face")]
    names = dict.fromkeys(name for task in tasks for name in figures["table"][task])
    for name in names:
        found = {task: figures["table"][task].get(name, {}) for task in tasks}
        eight = found["ferplus-eight"]
        values = [value for task in tasks for value in _accuracies(found[task])]
        rows.append(
            (
                name,
                *values,
                f"{eight['macro_f1']:.3f}" if eight else "-",
                f"{eight['training_faces']:,}" if eight else "-",
                f"{eight['bytes'] / 1e6:.1f} MB" if eight else "-",
                f"{eight['milliseconds']:.1f}" if eight else "-",
            )
        )
    faces = {task: next(iter(figures["table"][task].values()))["faces"] for task in tasks}
    about = (
        f"{figures['protocol']}; {', '.join(f'{tasks[task]}: {n:,} faces' for task, n in faces.items())}. "
        f"Bad: the mean of the six bad lights of the short protocol. {figures['near_copies'].capitalize()}. "
        f"Settings: {figures['settings']}. Networks have learnt in all lights, the pipelines in good light "
        f"alone, from a draw of faces. Size: a network's file, a pipeline's arrays. "
        f"Machine: {machine('texture_expressions')}."
    )
    return table(rows) + f"\n{about}\n"


def _accuracies(row: dict[str, Any]) -> tuple[str, str]:
    """Return the accuracy in good light and its mean in bad light, as far as they were measured."""
    good = f"{row['accuracy']['good light']:.3f}" if row else "-"
    return good, f"{row['mean_of_six_bad_lights']:.3f}" if "mean_of_six_bad_lights" in row else "-"


TABLES = {
    "texture_expressions": where_measured("texture_expressions", expressions),
    "local_binary_pattern": where_measured("local_binary_pattern", speed),
}
