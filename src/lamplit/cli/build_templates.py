"""`lamplit light build-templates`: from Extended Yale B to the light templates that lamplit ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.consoles import counting_progress, results_console, tell
from lamplit.core.files import make_folder


def build_templates(
    data: Annotated[
        Path,
        typer.Option(help="Folder or zip with the cropped Extended Yale B.", envvar="LAMPLIT_DATA"),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the file, its card and the plot.")
    ] = Path("results/light-templates"),
    proof: Annotated[
        bool, typer.Option(help="Measure how well templates predict people they were built without.")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Average over people what each of 64 lights does to a face, and measure what that is worth.

    The folder gets the templates (.npz) with their card (.asset.json), and with --proof a plot of the error
    on people who were left out, beside the error of leaving the frontally lit picture as it is.
    """
    # Here and not above: these need the extra "train", without which the other commands must work.
    from lamplit.datasets.yale_b import read_yale_b
    from lamplit.evaluation.relighting import leave_person_out
    from lamplit.report.relighting_plot import plot_relighting_error
    from lamplit.report.relighting_terminal import relighting_table
    from lamplit.training.light_templates import publish_templates

    make_folder(out)  # what cannot be written is told before the work
    with counting_progress(hidden=quiet) as progress:
        task = progress.add_task("reading pictures", total=None)
        faces = read_yale_b(
            data, on_picture=lambda done, total: progress.update(task, completed=done, total=total)
        )
        error = None
        if proof:
            task = progress.add_task("leaving people out", total=None)
            error = leave_person_out(
                faces, on_person=lambda done, total: progress.update(task, completed=done, total=total)
            )
    metrics = [] if error is None else [error.summary()]
    card = publish_templates(faces, out, metrics=metrics)
    if error is not None:
        plot_relighting_error(error.as_dict(), out / "leave-person-out.png")
        if not quiet:
            results_console().print(relighting_table(error.as_dict()))
    if not quiet:
        tell(f"wrote {out / card.file}")
