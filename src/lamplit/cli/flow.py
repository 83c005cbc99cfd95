"""`lamplit flow`: which way each facial muscle moved the skin between a neutral face and others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer

from lamplit.cli.analyze import EXIT_SOME_FAILED
from lamplit.cli.consoles import counting_progress, results_console, tell
from lamplit.cli.copies import CopyNames
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError, LamplitError, OutputError, UnreadableImageError
from lamplit.core.files import make_folder, write_atomically
from lamplit.expression.face_motion import FaceMotion, MuscleReader, PlacedFace
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
    check_integer("--max-pixels", max_pixels, low=1)
    faces = _Faces(MuscleReader(alignment=align, method=method, preparation=preparation), max_pixels)
    files = [neutral, *expressive]
    places = None if out is None else _Places(out, files)
    view = _View(as_json=as_json, quiet=quiet)
    with counting_progress(hidden=quiet or as_json) as progress:
        task = progress.add_task("pairs", total=len(expressive))
        for before, after in _pairs(files, consecutive):
            _one_pair(_Pictures(before, after), faces, view, places)
            progress.advance(task)
    if places is not None and not quiet and not as_json and view.n_failed < len(expressive):
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

    def named(self, error: LamplitError) -> LamplitError:
        """Return an error that names the file instead of the argument."""
        paths = {"before": self.before, "after": self.after}
        if error.subject not in paths:
            return error
        return InvalidArgumentError(str(paths[error.subject]), error.required, error.came, error.hint)


class _Faces:
    """The reader, and the faces of the last two pictures: the next pair has one of them again."""

    def __init__(self, reader: MuscleReader, max_pixels: int) -> None:
        self._reader = reader
        self._max_pixels = max_pixels
        self._placed = lru_cache(maxsize=2)(self._look)

    def motion(self, pictures: _Pictures) -> FaceMotion:
        """Compare two pictures."""
        return self._reader.compare(self._face(pictures.before), self._face(pictures.after))

    def _face(self, path: Path) -> PlacedFace:
        """Return the face of a picture, looked for once."""
        found = self._placed(path)
        if isinstance(found, LamplitError):
            raise found.with_traceback(None)
        return found

    def _look(self, path: Path) -> PlacedFace | LamplitError:
        """Find the face of a picture, or say what is wrong with it: that is no better a second time."""
        try:
            if path.is_dir():
                hint = "name the pictures in it, such as folder/*.jpg"
                raise UnreadableImageError(str(path), "a picture", "a folder", hint)
            return self._reader.place(read_image(path, max_pixels=self._max_pixels), name=str(path))
        except LamplitError as error:
            return error


def _one_pair(pictures: _Pictures, faces: _Faces, view: _View, places: _Places | None) -> None:
    """Compare two pictures; what fails is told and counted, and stops nothing."""
    try:
        motion = faces.motion(pictures)
        if places is not None:
            places.add(pictures, motion)
    except LamplitError as error:
        view.fail(str(pictures.named(error)))
        return
    view.add(pictures, motion)


@dataclass(slots=True)
class _View:
    """What the user sees of each pair as it comes."""

    as_json: bool
    quiet: bool
    n_failed: int = 0
    told: set[str] = field(default_factory=set)

    def fail(self, message: str) -> None:
        """Count a failed pair, and say why once: the neutral face fails every pair in the same way."""
        self.n_failed += 1
        if message not in self.told:
            tell(message)
        self.told.add(message)

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

    @property
    def table(self) -> Path:
        """The file with the rows of all pairs."""
        return self.folder / "flow.csv"

    def __post_init__(self) -> None:
        make_folder(self.folder)
        if any(path.resolve() == self.table.resolve() for path in self.files):
            raise OutputError(str(self.folder), "a folder whose flow.csv is no input", "one")
        self.names = CopyNames(self.folder, self.files, mark="flow", suffix=".png")
        write_atomically(self.table, flow_csv([]))

    def add(self, pictures: _Pictures, motion: FaceMotion) -> None:
        """Write the picture of a pair and its rows: whatever comes later, they are on the disk."""
        write_image(self.folder / self.names.name(pictures.after), draw_flow(motion))
        pair = (str(pictures.before), str(pictures.after), motion.muscles)
        try:
            with self.table.open("ab") as file:
                file.write(flow_csv([pair], heading=False))
        except OSError as error:
            raise OutputError(
                str(self.table), "a file that can be written", error.strerror or "no more"
            ) from error
