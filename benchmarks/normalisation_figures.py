"""The tables of the page about light normalisation, from `benchmarks/results`."""

from __future__ import annotations

from collections.abc import Callable

from stored import machine, result, table


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


def normalisation_times() -> str:
    """Return what each normalisation costs."""
    figures = result("normalisers")
    rows = [("normalisation", "256 x 256", "168 x 192", "time relative to others, 256 x 256")]
    for name, row in figures["256x256"].items():
        others = (f"{ratio:.2f} of {other}" for other, ratio in row.get("time_relative_to", {}).items())
        times = (f"{size[name]['milliseconds']:.2f} ms" for size in (figures["256x256"], figures["168x192"]))
        rows.append((name, *times, "; ".join(others) or "-"))
    return table(rows) + f"\nMachine: {machine('normalisers')}.\n"


TABLES: dict[str, Callable[[], str]] = {
    "normalisation_frontal": lambda: normalisation_rates("frontal"),
    "normalisation_settings": normalisation_settings,
    "normalisation_subset_1": lambda: normalisation_rates("subset 1"),
    "normalisation_times": normalisation_times,
}
