"""`lamplit flow`: which way each facial muscle moved the skin between a neutral face and others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.analyze import EXIT_SOME_FAILED
from lamplit.cli.consoles import counting_progress, results_console, tell
from lamplit.cli.copies import CopyNames
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, LamplitError, OutputError
from lamplit.core.files import make_folder, write_atomically
from lamplit.expression.face_motion import FaceMotion, MuscleReader
from lamplit.features.muscle_motion import MuscleMotion
from lamplit.imaging.images import DEFAULT_MAX_PIXELS, read_image, write_image
from lamplit.report.flow_drawing import draw_flow
from lamplit.report.flow_table import flow_csv, muscle_rows, muscle_table


def flow(
    neutral: Annotated[Path, typer.Argument(metavar="NEUTRAL", help="The face at rest.")],
    expressive: Annotated[
        list[Path], typer.Argument(metavar="EXPRESSIVE...", help="The same person's face, moved; any number.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the arrows as pictures, and flow.csv, to a folder."),
    ] = None,
    consecutive: Annotated[
        bool, typer.Option("--consecutive", help="Compare each picture with the one before it: frames.")
    ] = False,
    align: Annotated[
        str, typer.Option(help="How faces are laid on each other: flow, ecc, eyes or box.")
    ] = "flow",
    method: Annotated[str, typer.Option(help="How flow is computed: dis or farneback.")] = "dis",
    preparation: Annotated[
        str, typer.Option(help="What is done against changes of the light: local or none.")
    ] = "local",
    max_pixels: Annotated[int, typer.Option(help="Refuse larger pictures.")] = DEFAULT_MAX_PIXELS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document per pair.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Measure by optical flow which way facial muscles moved the skin.

    A row per muscle: direction in degrees (0 to the right of the picture, 90 up), strength, and its parts
    along and across the muscle's axis, in thousandths of the distance between the eyes; left and right are
    the subject's. Both pictures must show one person from the front in similar light. The exit code is 1 when
    any pair failed.
    """
    reader = MuscleReader(alignment=align, method=method, preparation=preparation)
    files = [neutral, *expressive]
    places = None if out is None else _Places(out, files)
    view = _View(as_json=as_json, quiet=quiet)
    with counting_progress(hidden=quiet or as_json) as progress:
        task = progress.add_task("pairs", total=len(expressive))
        for before, after in _pairs(files, consecutive):
            _one_pair(_Pictures(before, after, max_pixels), reader, view, places)
            progress.advance(task)
    if places is not None:
        places.finish()
        if not quiet and not as_json:
            tell(f"wrote {out}")
    if view.n_failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def _pairs(files: list[Path], consecutive: bool) -> Iterator[tuple[Path, Path]]:
    """Return which pictures are compared."""
    for place, after in enumerate(files[1:]):
        yield files[place if consecutive else 0], after


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Two pictures to compare."""

    before: Path
    after: Path
    max_pixels: int

    def read(self) -> tuple[ByteArray, ByteArray]:
        before, after = (read_image(path, max_pixels=self.max_pixels) for path in (self.before, self.after))
        return before, after

    def named(self, error: LamplitError) -> LamplitError:
        """Return an error that names the file instead of the argument."""
        paths = {"before": self.before, "after": self.after}
        if error.subject not in paths:
            return error
        return InvalidArgumentError(str(paths[error.subject]), error.required, error.came, error.hint)


def _one_pair(pictures: _Pictures, reader: MuscleReader, view: _View, places: _Places | None) -> None:
    """Compare two pictures; what fails is told and counted, and stops nothing."""
    try:
        motion = reader.compare(*pictures.read())
        if places is not None:
            places.add(pictures, motion)
    except LamplitError as error:
        view.n_failed += 1
        tell(str(pictures.named(error)))
        return
    view.add(pictures, motion)


@dataclass(slots=True)
class _View:
    """What the user sees of each pair as it comes."""

    as_json: bool
    quiet: bool
    n_failed: int = 0

    def add(self, pictures: _Pictures, motion: FaceMotion) -> None:
        if self.quiet:
            return
        if self.as_json:
            names = {"before": str(pictures.before), "after": str(pictures.after)}
            rows = {"eyes_from": motion.eyes_from, "muscles": muscle_rows(motion.muscles)}
            print(json.dumps(names | rows), flush=True)
            return
        title = f"{pictures.before} to {pictures.after}"
        results_console().print(muscle_table(title, motion.muscles))
        if motion.eyes_from == "box":
            tell(f"{pictures.before}: no eyes found; muscles are placed as they usually lie in a face")


@dataclass(slots=True)
class _Places:
    """The folder of pictures and the table of all pairs."""

    folder: Path
    files: list[Path]
    names: CopyNames = field(init=False)
    pairs: list[tuple[str, str, MuscleMotion]] = field(default_factory=list)

    def __post_init__(self) -> None:
        make_folder(self.folder)
        if any(path.resolve() == (self.folder / "flow.csv").resolve() for path in self.files):
            raise OutputError(str(self.folder), "a folder whose flow.csv is no input", "one")
        self.names = CopyNames(self.folder, self.files, mark="flow", suffix=".png")

    def add(self, pictures: _Pictures, motion: FaceMotion) -> None:
        """Write the picture of a pair and keep its numbers."""
        write_image(self.folder / self.names.name(pictures.after), draw_flow(motion))
        self.pairs.append((str(pictures.before), str(pictures.after), motion.muscles))

    def finish(self) -> None:
        write_atomically(self.folder / "flow.csv", flow_csv(self.pairs))
