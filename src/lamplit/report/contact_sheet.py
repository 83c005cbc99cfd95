"""A contact sheet: pairs of small pictures side by side, each with a line of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError

SIDE = 96
"""Side of each picture on the sheet, in pixels."""

GAP, LETTERS, LINE = 10, 11, 15


def contact_sheet(
    pairs: Sequence[tuple[ByteArray, ByteArray]], captions: Sequence[Sequence[str]], *, columns: int = 6
) -> ByteArray:
    """Lay pairs of pictures out on a white sheet.

    Parameters
    ----------
    pairs : sequence of (ndarray, ndarray)
        Grey pictures of shape (H, W), uint8.
    captions : sequence of sequence of str
        Lines above each pair; what is longer than the pair is cut.
    columns : int
        Pairs in a row.

    Returns
    -------
    ndarray of shape (H, W), uint8
        The sheet.

    Raises
    ------
    InvalidArgumentError
        If there is no pair, or not a caption for each.

    Examples
    --------
    >>> black, white = np.zeros((48, 48), np.uint8), np.full((48, 48), 255, np.uint8)
    >>> contact_sheet([(black, white)], [["one pair"]]).shape
    (121, 202)
    """
    if not pairs or len(pairs) != len(captions):
        raise InvalidArgumentError(
            "pairs", "at least one, with a caption each", f"{len(pairs)} and {len(captions)} captions"
        )
    columns = min(columns, len(pairs))
    lines = max(len(caption) for caption in captions)
    width, height = 2 * SIDE + GAP, lines * LINE + SIDE + GAP
    sheet = Image.new("L", (columns * width, -(-len(pairs) // columns) * height), 255)
    font = ImageFont.load_default(size=LETTERS)
    for place, (pair, caption) in enumerate(zip(pairs, captions, strict=True)):
        cell = Image.new("L", (width - GAP, height), 255)
        draw = ImageDraw.Draw(cell)
        for number, line in enumerate(caption):
            draw.text((0, number * LINE), line, fill=0, font=font)
        for number, picture in enumerate(pair):
            shown = Image.fromarray(np.ascontiguousarray(picture)).resize((SIDE, SIDE))
            cell.paste(shown, (number * SIDE, lines * LINE))
        sheet.paste(cell, (place % columns * width, place // columns * height))
    return np.array(sheet)
