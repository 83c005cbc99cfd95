"""`lamplit data duplicates`: pictures of one split that stand in another, as they are or slightly changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import Progress

from lamplit.cli.consoles import counting_progress, results_console, tell
from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.near_duplicates import NearCopies, find_near_copies
from lamplit.datasets.votes import Majority
from lamplit.imaging.writing import write_image
from lamplit.report.contact_sheet import contact_sheet
from lamplit.report.duplicates import (
    NO_LABEL,
    CopyRow,
    check_duplicates_path,
    duplicates_table,
    write_duplicates,
)

MOST_ON_SHEET = 600
"""Pairs on a contact sheet: more would make a picture that few programs open."""


def duplicates(
    data: Annotated[Path, typer.Option(help="Folder or zip with FER+.", envvar="LAMPLIT_DATA")],
    split: Annotated[str, typer.Option(help="The pictures in question.")] = "validation",
    among: Annotated[str, typer.Option(help="The split to look for copies in.")] = "training",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all pairs: .csv or .json.")] = None,
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a contact sheet of the near pairs: .png.")
    ] = None,
    most: Annotated[int, typer.Option(min=0, help="Rows to print; 0 prints all.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print all pairs as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Find pictures of one split that stand in another: identical, near or mirrored.

    Near copies are the same picture cropped, brightened, marked or compressed again. They flatter a figure as
    much as identical ones do. The least alike pairs come first, because they are the ones to look at.
    """
    if split == among:
        raise InvalidArgumentError("--among", f"another split than {split}", repr(among))
    if out is not None:
        check_duplicates_path(out)
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise OutputError(str(sheet), "a name that ends in .png", repr(sheet.suffix))
    with counting_progress(hidden=quiet or as_json) as progress:
        faces, others = (_read(data, name, progress) for name in (split, among))
        tasks = {what: progress.add_task(what, total=None) for what in ("hashing", "aligning")}
        pairs = find_near_copies(
            faces.images,
            others.images,
            on_step=lambda what, done, total: progress.update(tasks[what], completed=done, total=total),
        )
    pairs = pairs.subset(pairs.correlation.argsort(kind="stable"))
    rows = copy_rows(pairs, faces, others)
    if out is not None:
        write_duplicates(out, rows)
    near = ~pairs.identical
    if sheet is not None and near.any():
        _write_sheet(sheet, pairs.subset(near), faces, others)
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    elif not quiet:
        title = f"{split} pictures of FER+ that stand in {among}, the least alike first"
        console = results_console()
        if rows:
            console.print(duplicates_table(rows, title=title, most=most))
        for line in summary(pairs, rows, faces, others):
            console.print(line, highlight=False)
    if not quiet:
        for path in (out, sheet if near.any() else None):
            if path is not None:
                tell(f"wrote {path}")


def copy_rows(pairs: NearCopies, faces: FerPlus, others: FerPlus) -> list[CopyRow]:
    """Return pairs with names and labels."""
    labels, other_labels = _labels(faces), _labels(others)
    return [
        CopyRow(
            first=faces.names[i],
            second=others.names[j],
            kind="identical" if identical else "mirrored" if mirrored else "near",
            distance=distance,
            correlation=round(correlation, 4),
            first_label=labels[i],
            second_label=other_labels[j],
            labels_differ=NO_LABEL not in (labels[i], other_labels[j]) and labels[i] != other_labels[j],
        )
        for i, j, distance, correlation, mirrored, identical in zip(
            pairs.first.tolist(),
            pairs.second.tolist(),
            pairs.distance.tolist(),
            pairs.correlation.tolist(),
            pairs.mirrored.tolist(),
            pairs.identical.tolist(),
            strict=True,
        )
    ]


def summary(pairs: NearCopies, rows: Sequence[CopyRow], faces: FerPlus, others: FerPlus) -> list[str]:
    """Return what was found, in words."""
    found, same = set(pairs.first.tolist()), set(pairs.first[pairs.identical].tolist())
    differ = sum(row.labels_differ for row in rows)
    labelled = sum(NO_LABEL not in (row.first_label, row.second_label) for row in rows)
    share = 100 * len(found) / max(len(faces), 1)
    return [
        f"{len(found):,} of {len(faces):,} {faces.split} pictures ({share:.1f} %) stand in {others.split}: "
        f"{len(same):,} pixel for pixel, {len(found) - len(same):,} only nearly",
        f"{len(set(pairs.second.tolist())):,} of {len(others):,} {others.split} pictures are their copies, "
        f"{len(pairs):,} pairs in all, {int(pairs.mirrored.sum())} of them mirrored",
        f"labels (majority) differ in {differ:,} of the {labelled:,} pairs in which both have one",
    ]


def _read(data: Path, split: str, progress: Progress) -> FerPlus:
    """Read a split, showing progress."""
    task = progress.add_task(f"reading {split} pictures", total=None)
    return read_ferplus(
        data, split, on_picture=lambda done, total: progress.update(task, completed=done, total=total)
    )


def _labels(faces: FerPlus) -> list[str]:
    """Return each face's majority label, or none."""
    return [EXPRESSIONS[c] if c >= 0 else NO_LABEL for c in Majority().classes(faces.votes).tolist()]


def _write_sheet(path: Path, pairs: NearCopies, faces: FerPlus, others: FerPlus) -> None:
    """Write the least alike pairs as a picture; a mirrored one is turned back, to be compared."""
    shown = pairs.subset(np.arange(min(len(pairs), MOST_ON_SHEET)))
    rows = copy_rows(shown, faces, others)
    pictures = [
        (faces.images[i][:, ::-1] if mirrored else faces.images[i], others.images[j])
        for i, j, mirrored in zip(
            shown.first.tolist(), shown.second.tolist(), shown.mirrored.tolist(), strict=True
        )
    ]
    captions = [
        [
            f"{row.correlation:.2f}  {row.distance} bits  {row.kind}",
            f"{row.first_label or '-'} / {row.second_label or '-'}",
        ]
        for row in rows
    ]
    write_image(path, contact_sheet(pictures, captions))
