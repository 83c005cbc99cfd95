"""The folder of pictures that `lamplit texture` makes, one of each face."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lamplit.cli.copies import CopyNames
from lamplit.core.arrays import ByteArray
from lamplit.core.checks import check_integer
from lamplit.core.files import make_folder
from lamplit.core.values import InputResult
from lamplit.faces.framing import crop_face
from lamplit.imaging.colour import grey_from_rgb
from lamplit.report.texture_plot import LEAST_BLOCK, MOST_BLOCKS, plot_texture

SIDE = 128
"""Side in pixels to which faces are brought."""


class TexturePlots:
    """Write a plot of the texture of each face, called `<name>-texture.png`, then `-2` (see `CopyNames`).

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    pictures : sequence of Path
        The pictures of the run.
    block : int
        Side of a block in pixels of a face of 128 x 128.

    Raises
    ------
    InvalidArgumentError
        If the block is too small or too large.
    OutputError
        If the folder cannot be made.
    """

    def __init__(self, folder: Path, pictures: Sequence[Path], *, block: int) -> None:
        self.block = check_integer("--block", block, low=max(LEAST_BLOCK, -(-SIDE // MOST_BLOCKS)), high=SIDE)
        make_folder(folder)
        self.folder = folder
        self._names = CopyNames(folder, pictures, mark="texture", suffix=".png")

    def add(self, pixels: ByteArray, result: InputResult) -> list[Path]:
        """Write the plots of a picture and return their paths, one for each face.

        Parameters
        ----------
        pixels : ndarray of shape (H, W, 3), uint8
            The picture.
        result : InputResult
            Its analysis.

        Returns
        -------
        list of Path
            Where they were written.

        Raises
        ------
        OutputError
            If a plot cannot be written.
        """
        written = []
        for number, face in enumerate(result.frame.faces if result.frame is not None else ()):
            crop = grey_from_rgb(crop_face(pixels, face.box, size=SIDE))
            path = self.folder / self._names.name(Path(result.source))
            plot_texture(crop, path, block=self.block, title=f"face {number} of {Path(result.source).name}")
            written.append(path)
        return written
