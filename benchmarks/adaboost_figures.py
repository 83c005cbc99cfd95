"""The tables of the page about boosting that compare AdaBoost and tell what selecting features costs."""

from __future__ import annotations

from stored import machine, result, table, where_measured


def boosting_speed() -> str:
    """Return the times of lamplit's AdaBoost and of scikit-learn's."""
    figures = result("boosting_speed")
    rows = [
        (
            "samples x features",
            "rounds",
            "lamplit",
            "of it sorting",
            "scikit-learn",
            "faster",
            "training errors",
        )
    ]
    for case in figures["cases"]:
        ours, theirs = case["lamplit"], case["scikit_learn"]
        same = case["same_training_errors"] and case["same_features"]
        rows.append(
            (
                f"{case['samples']:,} x {case['features']:,}",
                str(case["rounds"]),
                f"{ours['processor_s']:.2f} s",
                f"{ours['sorting_processor_s']:.2f} s",
                f"{theirs['processor_s']:.1f} s",
                f"{case['times_faster']:.0f} times",
                "the same in every round" if same else "differ",
            )
        )
    packages = ", ".join(f"{name} {number}" for name, number in figures["packages"].items())
    return (
        f"{table(rows)}\nProcessor time, one thread each, {packages}. Machine: {machine('boosting_speed')}.\n"
    )


def feature_selection() -> str:
    """Return what selecting features took, and the errors by round."""
    figures = result("feature_selection")
    sorting, a_round = figures["values_and_sorting"], figures["a_round"]
    costs = [
        ("", "figure"),
        ("features x windows", f"{figures['features']:,} x {figures['windows']:,}"),
        ("calculated and sorted in", f"{sorting['processor_s']:.0f} s"),
        ("a round", f"{a_round['processor_s']:.2f} s"),
        ("order of the windows, held", f"{figures['order_mb']:,.0f} MB"),
        ("values in float32, not held", f"{figures['values_in_float32_mb']:,.0f} MB"),
        ("most memory", f"{figures['peak_memory_mb']:,.0f} MB"),
        ("- before, with all pictures", f"{figures['memory_before_mb']:,.0f} MB"),
    ]
    errors = [("stumps", "wrong in training", "wrong on held-out windows")]
    errors += [
        (str(row["rounds"]), f"{100 * row['training']:.1f} %", f"{100 * row['validation']:.1f} %")
        for row in figures["errors"]
    ]
    about = f"Processor time. Machine: {machine('feature_selection')}."
    return f"{table(costs)}\n{about}\n\n{table(errors)}"


TABLES = {
    "boosting_speed": where_measured("boosting_speed", boosting_speed),
    "feature_selection": where_measured("feature_selection", feature_selection),
}
