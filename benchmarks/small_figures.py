"""The tables of the page about small and fast networks."""

from __future__ import annotations

from statistics import fmean

from stored import machine, result, table, where_measured

NAMES = {"float": "float", "float, matrix means": "float, means as matrix products", "int8": "int8"}


def files() -> str:
    """Return files and times in float and in 8 bits, side by side."""
    figures = result("int8")
    rows = [("file", "MB", "ms per face, batch 1", "of float", "ms per face, batch 64", "of float")]
    for key, name in NAMES.items():
        one, many = (figures["times"][batch][key] for batch in ("batch_1", "batch_64"))
        rows.append(
            (
                name,
                f"{figures['bytes'][key] / 1e6:.2f}",
                f"{one['milliseconds']:.2f}",
                f"{one['ratio']:.2f}",
                f"{many['milliseconds'] / 64:.2f}",
                f"{many['ratio']:.2f}",
            )
        )
    about = f"{figures['weights']}, one thread, network alone. Machine: {machine('int8')}."
    return table(rows) + f"\n{about}\n"


def accuracy() -> str:
    """Return accuracy and parity by light."""
    figures = result("int8")
    before, after = figures["accuracy"]["float"], figures["accuracy"]["int8"]
    rows = [("light", "float", "int8", "points lost", "same answer", "largest difference")]
    for light, row in before["lights"].items():
        other, parity = after["lights"][light], figures["parity"][light]
        rows.append(
            (
                light,
                *_compared(row["accuracy"], other["accuracy"]),
                f"{100 * parity['same_answer']:.1f} %",
                f"{parity['largest_difference']:.2f}",
            )
        )
    means = (side["mean_of_six_bad_lights"] for side in (before, after))
    rows.append(("mean of the six bad ones", *_compared(*means), "", ""))
    return table(rows) + f"\nFER+ validation, majority, single pass, {before['faces']:,} faces.\n"


def _compared(before: float, after: float) -> tuple[str, str, str]:
    """Return two accuracies and the points between them."""
    return f"{before:.4f}", f"{after:.4f}", f"{100 * (before - after):+.2f}"


def settings() -> str:
    """Return the ways to set ranges, and the convolutions that move the answers most."""
    figures = result("int8")["settings"]
    rows = [("ranges", "bits of weights", "same answer", "mean difference", "largest difference")]
    rows += [
        (
            way["method"],
            str(way["bits"]),
            f"{100 * way['same_answer']:.2f} %",
            f"{way['mean_difference']:.5f}",
            f"{way['largest_difference']:.2f}",
        )
        for way in figures["ways"]
    ]
    alone = sorted(figures["one_convolution_in_8_bits"].items(), key=lambda pair: -pair[1])
    layers = [("the most sensitive convolutions, each alone in 8 bits", "mean difference")]
    layers += [(name, f"{difference:.5f}") for name, difference in alone[:5]]
    layers.append((f"median of all {len(alone)}", f"{alone[len(alone) // 2][1]:.5f}"))
    return f"{table(rows)}\n{table(layers)}\n{figures['faces']:,} training faces that set no range.\n"


def cascade() -> str:
    """Return the cascade beside the networks alone."""
    figures = result("exit_cascade")
    rows = [("who answers", "least probability", "answers", "accuracy", "ms per face")]
    for name, point in zip(figures["weights"], figures["singles"], strict=True):
        rows.append(
            (f"{name} alone", "", "100 %", f"{point['accuracy']:.4f}", f"{point['milliseconds']:.2f}")
        )
    chosen = figures["reported"]
    rows.append(("the cascade", "", "", f"{chosen['accuracy']:.4f}", f"{chosen['milliseconds']:.2f}"))
    thresholds = (*(f"{least:.3f}" for least in chosen["least"]), "")
    for name, least, share in zip(figures["weights"], thresholds, chosen["shares"], strict=True):
        rows.append((f"- {name}", least, f"{100 * share:.1f} %", "", ""))
    about = (
        f"FER+ validation, good light, majority, single pass; thresholds chosen on every other of "
        f"{figures['faces']:,} faces in all seven lights, figures of the rest. "
        f"One face per call, one thread, resizing included. "
        f"Machine: {machine('exit_cascade')}."
    )
    return table(rows) + f"\n{about}\n"


def cascade_in_lights() -> str:
    """Return the cascade in bad light beside its networks alone."""
    figures = result("exit_cascade")
    numbers = {
        row["name"]: (*row["singles"], row["accuracy"], 100 * row["shares"][0], row["milliseconds"])
        for row in figures["lights"]
    }
    _, *bad = numbers.values()
    numbers["mean of the six bad ones"] = tuple(map(fmean, zip(*bad, strict=True)))
    alone = (f"{weights} alone" for weights in figures["weights"])
    rows = [("light", *alone, "the cascade", "the first answers", "ms per face")]
    for name, (*accuracies, share, milliseconds) in numbers.items():
        written = (f"{accuracy:.3f}" for accuracy in accuracies)
        rows.append((name, *written, f"{share:.0f} %", f"{milliseconds:.2f}"))
    return table(rows) + "\nThe same faces and thresholds.\n"


def sizes() -> str:
    """Return the sizes, each as often as it looks at a face."""
    quality = ("8: accuracy", "macro F1", "6: accuracy", "log loss", "six bad lights", "calibration error")
    rows = [("weights", "", "parameters", "MB", "ms", *quality)]
    for row in result("sizes")["rows"]:
        eight, six = row["eight"], row["six"]
        rows.append(
            (
                row["weights"],
                row["passes"],
                f"{row['parameters'] / 1e6:.2f} M",
                f"{row['bytes'] / 1e6:.1f}",
                f"{row['milliseconds']:.2f}",
                f"{eight['accuracy']:.3f}",
                f"{eight['macro_f1']:.3f}",
                f"{six['accuracy']:.3f}",
                f"{six['log_loss']:.3f}",
                f"{row['mean_of_six_bad_lights']:.3f}",
                f"{eight['calibration_error']:.3f}",
            )
        )
    first = result("sizes")["rows"][0]
    about = (
        f"FER+ validation, majority, {first['eight']['faces']:,} faces of the eight expressions and "
        f"{first['six']['faces']:,} of the Ekman six (probabilities renormalised). Milliseconds: one face "
        f"per call, one thread, all in turn, reading of the light included. Machine: {machine('sizes')}."
    )
    return table(rows) + f"\n{about}\n"


def committee() -> str:
    """Return the sizes alone and together."""
    quality = ("8: accuracy", "macro F1", "log loss", "6: accuracy", "log loss", "six bad lights")
    rows = [("who answers", "ms", *quality, "calibration error", "kept back", "wrong of the rest")]
    figures = result("committee")
    for row in figures["rows"]:
        eight, six = row["eight"], row["six"]
        values = (
            *(eight[key] for key in ("accuracy", "macro_f1", "log_loss")),
            *(six[key] for key in ("accuracy", "log_loss")),
            row["mean_of_six_bad_lights"],
            eight["calibration_error"],
        )
        good = row["lights"]["good light"]
        kept = (f"{100 * good[key]:.1f} %" for key in ("refused_for_doubt", "wrong_of_answered"))
        who, milliseconds = " + ".join(row["members"]), f"{row['milliseconds']:.2f}"
        rows.append((who, milliseconds, *(f"{value:.3f}" for value in values), *kept))
    sizes = ", ".join(f"{size}: {weights}" for size, weights in figures["sizes"].items())
    about = (
        "Faces, protocol and times as in the table of sizes; calibration error, and answers kept back as "
        f"unsure, in good light. {sizes}. Machine: {machine('committee')}."
    )
    return table(rows) + f"\n{about}\n"


def alone() -> str:
    """Return the time of each size's network, without anything around it."""
    figures = result("network_speed")
    rows = [("network alone", "ms per face, batch 1", "of PyTorch's time in float")]
    for row in (figures["smallest"], figures, figures["largest"]):
        one = row["batch_1_one_thread"]
        relative = f"{one['time_relative_to_pytorch']:.2f}"
        rows.append((row["weights"], f"{one['milliseconds_per_face']:.2f}", relative))
    return table(rows) + f"\nOne thread. Machine: {machine('network_speed')}.\n"


TABLES = {
    "sizes": where_measured("sizes", sizes),
    "committee": where_measured("committee", committee),
    "int8_files": where_measured("int8", files),
    "int8_accuracy": where_measured("int8", accuracy),
    "int8_settings": where_measured("int8", settings),
    "exit_cascade": where_measured("exit_cascade", cascade),
    "exit_cascade_in_lights": where_measured("exit_cascade", cascade_in_lights),
    "networks_alone": where_measured("network_speed", alone),
}
