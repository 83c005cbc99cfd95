"""Many inputs: one result each, whatever happens to any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lamplit.analysis.analyzer import Analyzer
from lamplit.analysis.outcomes import failure, success
from lamplit.core.arrays import ByteArray
from lamplit.core.values import InputResult
from lamplit.imaging.images import read_image

OnPicture = Callable[[ByteArray, InputResult], None]


def analyze_inputs(
    paths: Iterable[str | Path], analyzer: Analyzer, *, on_picture: OnPicture | None = None
) -> Iterator[InputResult]:
    """Analyse files one after the other; a bad one becomes a result with its status.

    Parameters
    ----------
    paths : iterable of str or Path
        Picture files (or one of them).
    analyzer : Analyzer
        Does the work.
    on_picture : callable, optional
        Called with the pixels, (H, W, 3) uint8, and the result of each picture that could be read, so that
        nobody needs to decode it again.

    Yields
    ------
    InputResult
        One per path, in order: status "ok", "no face", or what is wrong with the file.

    Examples
    --------
    >>> [result.status for result in analyze_inputs(["no-such-file.jpg"], Analyzer())]
    ['unreadable']
    """
    for path in [paths] if isinstance(paths, str | Path) else paths:
        pixels, result = _analyze_one(path, analyzer)
        if on_picture is not None and pixels is not None:
            on_picture(pixels, result)
        yield result


def _analyze_one(path: str | Path, analyzer: Analyzer) -> tuple[ByteArray | None, InputResult]:
    """Read and analyse one file; no pixels where that failed."""
    source = str(path)
    try:
        pixels = read_image(path, max_pixels=analyzer.max_pixels)
        frame = analyzer.analyze(pixels)
    except Exception as error:  # the outer edge of a long run: what one file breaks must not cost the others
        return None, failure(source, error)
    return pixels, success(source, frame)
