"""Where `lamplit light --plot` puts its plots: one file, or a folder with one for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lamplit.cli.copies import CopyNames
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.files import make_folder
from lamplit.core.values import InputResult
from lamplit.report.light_plot import plot_light

_OTHER_PICTURES = frozenset({".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf", ".svg"})


class LightPlots:
    """Write a plot of the light of each picture.

    Parameters
    ----------
    place : Path
        A name that ends in .png for the plot of one picture, else a folder, which is made if it is not there;
        in it, a plot is called `<name>-light.png` (see `CopyNames`).
    pictures : sequence of Path
        The pictures of the run.

    Raises
    ------
    InvalidArgumentError
        If one file is named for several pictures, or one of another picture format than PNG.
    OutputError
        If the folder cannot be made.
    """

    def __init__(self, place: Path, pictures: Sequence[Path]) -> None:
        self.place = place
        self._names: CopyNames | None = None
        if place.suffix.lower() in _OTHER_PICTURES and not place.is_dir():
            raise InvalidArgumentError("--plot", "a name that ends in .png, or a folder", str(place))
        if place.suffix.lower() != ".png":
            make_folder(place)
            self._names = CopyNames(place, pictures, mark="light", suffix=".png")
        elif len(pictures) > 1:
            required = f"a folder for the plots of {len(pictures):,} pictures"
            raise InvalidArgumentError("--plot", required, f"the file {place}")

    def add(self, pixels: ByteArray, result: InputResult) -> None:
        """Write the plot of a picture.

        Parameters
        ----------
        pixels : ndarray of shape (H, W, 3), uint8
            The picture.
        result : InputResult
            Its analysis.

        Raises
        ------
        OutputError
            If the plot cannot be written.
        """
        if result.frame is not None:
            name = None if self._names is None else self._names.name(Path(result.source))
            plot_light(pixels, result.frame, self.place if name is None else self.place / name)
