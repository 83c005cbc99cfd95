"""The folder of annotated pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lamplit.cli.copies import CopyNames
from lamplit.core.arrays import ByteArray
from lamplit.core.files import make_folder
from lamplit.core.values import InputResult
from lamplit.imaging.images import write_image
from lamplit.report.drawing import annotate
from lamplit.report.geometry_drawing import draw_geometry


class AnnotationFolder:
    """Write annotated copies of pictures to a folder, called `<name>-annotated` (see `CopyNames`).

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    originals : iterable of Path
        The pictures of the run.
    landmarks : bool
        Whether landmarks and poses are drawn, too.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, folder: Path, originals: Iterable[Path] = (), *, landmarks: bool = False) -> None:
        make_folder(folder)
        self.folder = folder
        self.landmarks = landmarks
        self._names = CopyNames(folder, originals, mark="annotated")

    def add(self, pixels: ByteArray, result: InputResult) -> None:
        """Write the annotated copy of a picture, if it has a face.

        Parameters
        ----------
        pixels : ndarray of shape (H, W, 3), uint8
            The picture.
        result : InputResult
            Its analysis.

        Raises
        ------
        OutputError
            If the copy cannot be written.
        """
        if result.frame:
            name = self._names.name(Path(result.source))
            faces = result.frame.faces
            drawn = draw_geometry(pixels, faces) if self.landmarks else pixels
            write_image(self.folder / name, annotate(drawn, faces))
