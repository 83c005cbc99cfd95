"""`lamplit evaluate light-normalization`: which normalisation leaves the person and takes the light."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lamplit.cli.consoles import counting_progress, results_console, tell


def light_normalization(
    data: Annotated[
        Path,
        typer.Option(help="Folder or zip with the cropped Extended Yale B.", envvar="LAMPLIT_DATA"),
    ],
    method: Annotated[
        list[str] | None,
        typer.Option(help="Only this method, with its defaults, and none; may be given again."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the photons at night.")] = 0,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for plot and figures.")] = Path(
        "results/light-normalization"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Recognise people on Extended Yale B after every normalisation and after none.

    Uniform local binary patterns in blocks, nearest neighbour by chi-square. The gallery is subset 1 (7
    lights near the camera axis) or, harder, the frontal light alone. "Others" are the people on whom no
    setting was chosen. At night, subsets 2 and 3 are taken with few photons.
    """
    # Here and not above: the plot needs the extra "train", without which the other commands must work.
    from lamplit.core.files import write_atomically
    from lamplit.datasets.yale_b import read_yale_b
    from lamplit.evaluation.light_normalization import evaluate_light_normalization, pictures_per_chain
    from lamplit.light.normalization_chain import Chain, Step, standard_chains
    from lamplit.report.normalization_plot import plot_normalization
    from lamplit.report.normalization_terminal import normalization_table

    chains = (Chain(), *(Chain((Step(name),)) for name in method)) if method else standard_chains()
    with counting_progress(hidden=quiet) as progress:
        task = progress.add_task("reading pictures", total=None)
        faces = read_yale_b(
            data, on_picture=lambda done, total: progress.update(task, completed=done, total=total)
        )
        task = progress.add_task("recognising", total=len(chains) * pictures_per_chain(faces))
        rates = evaluate_light_normalization(
            faces, chains, seed=seed, on_picture=lambda: progress.advance(task)
        )
    figures: dict[str, Any] = {
        "command": shlex.join(["lamplit", *sys.argv[1:]]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **rates,
    }
    write_atomically(out / "light-normalization.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_normalization(rates, out / "light-normalization.png")
    if as_json:
        print(json.dumps(figures, indent=2))
    elif not quiet:
        for gallery, words in (("subset 1", "subset 1"), ("frontal", "the frontal light alone")):
            title = f"{rates['people']} people recognised, per cent, gallery: {words}"
            results_console().print(normalization_table(rates, gallery=gallery, title=title))
    if not quiet:
        tell(f"wrote {out / 'light-normalization.json'} and .png")
