"""The table of what lamplit set out to reach, beside what it reaches."""

from __future__ import annotations

from statistics import fmean
from typing import Any, NamedTuple

from stored import result, sizes_of, table


class Bar(NamedTuple):
    """One thing to reach: at least or at most a number."""

    what: str
    sign: str
    bar: float
    measured: float

    @property
    def met(self) -> bool:
        """Whether the number is reached; nothing is rounded up to it."""
        return self.measured >= self.bar if self.sign == ">=" else self.measured <= self.bar

    @property
    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        return (
            self.what,
            f"{self.sign} {self.bar:g}",
            f"{self.measured:.3f}",
            "met" if self.met else "**missed**",
        )


def bars() -> str:
    """Return every bar beside what the shipped networks reach."""
    quality, gauntlet, speed = result("validation"), result("light_gauntlet"), result("network_speed")
    eight, six = quality["all"], quality["six"]
    errors = fmean(row["calibration_error"] for row in gauntlet["lights"])
    claimed = result("paper_rerun")["claimed"]
    quick, usual = speed["smallest"], speed
    nano = sizes_of(quick["weights"])["eight"]
    people = result("yale_leave_one_out")
    found = [
        Bar("default, eight expressions: accuracy", ">=", 0.890, eight["accuracy"]),
        Bar("default, eight expressions: macro F1", ">=", 0.72, eight["macro_f1"]),
        Bar(f"default, Ekman six: accuracy (the paper: {claimed['accuracy']})", ">=", 0.940, six["accuracy"]),
        Bar(f"default, Ekman six: log loss (the paper: {claimed['loss']})", "<=", 0.19, six["log_loss"]),
        Bar("default, mean of the six bad lights: accuracy", ">=", 0.845, gauntlet["mean_of_six_bad_lights"]),
        Bar("default, good light: calibration error", "<=", 0.02, eight["calibration_error"]),
        Bar(f"default, mean of {len(gauntlet['lights'])} lights: calibration error", "<=", 0.04, errors),
        Bar("smallest, eight expressions: accuracy", ">=", 0.870, nano["accuracy"]),
        Bar("default: ms per face, network alone, one thread", "<=", 1.5, _milliseconds(usual)),
        Bar("smallest: ms per face, network alone, one thread", "<=", 0.5, _milliseconds(quick)),
        Bar(
            "Yale Faces, six states, one person left out: accuracy",
            ">=",
            people["bar"],
            people["ways"]["recipe"]["accuracy"],
        ),
    ]
    rows = [("what", "bar", "measured", ""), *(bar.row for bar in found)]
    about = (
        f"{sum(bar.met for bar in found)} of {len(found)} are met. "
        f"FER+ validation, majority, single pass, {eight['n']:,} faces of eight expressions and "
        f"{six['n']:,} of the six. Default: {usual['weights']}; smallest: {quick['weights']}."
    )
    return table(rows) + f"\n{about}\n"


def _milliseconds(figures: dict[str, Any]) -> float:
    """Return the time of one face on one thread."""
    milliseconds: float = figures["batch_1_one_thread"]["milliseconds_per_face"]
    return milliseconds


TABLES = {"bars": bars}
