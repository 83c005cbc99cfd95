"""The tables of the page about boosting that are about texture."""

from __future__ import annotations

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


TABLES = {
    "local_binary_pattern": where_measured("local_binary_pattern", speed),
}
