"""The folder of annotated pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import OutputError
from lamplit.core.values import InputResult
from lamplit.imaging.images import write_image
from lamplit.report.drawing import annotate

KEPT_FORMATS = {".jpg", ".jpeg", ".png", ".webp"}


class AnnotationFolder:
    """Write annotated copies of pictures to a folder.

    A copy is called `<name>-annotated` so that it can stand beside its original; a second picture of the same
    name gets `-2`.

    Parameters
    ----------
    folder : Path
        Made if it is not there.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                str(folder), "a folder that can be written", error.strerror or str(error)
            ) from error
        self.folder = folder
        self._taken: Counter[str] = Counter()

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
            write_image(self.folder / self._name(Path(result.source)), annotate(pixels, result.frame.faces))

    def _name(self, source: Path) -> str:
        """Return a name that no other copy of this run has."""
        suffix = source.suffix if source.suffix.lower() in KEPT_FORMATS else ".png"
        # A suffix that is no picture format may tell apart: subject01.happy and subject01.sad.
        stem = source.stem if source.suffix.lower() in KEPT_FORMATS else source.name
        key = f"{stem}{suffix}".lower()
        self._taken[key] += 1
        number = f"-{self._taken[key]}" if self._taken[key] > 1 else ""
        return f"{stem}-annotated{number}{suffix}"
