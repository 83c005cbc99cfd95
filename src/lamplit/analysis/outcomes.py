"""What became of an input, in the words that tables show."""

from __future__ import annotations

from lamplit.core.errors import InvalidImageError, LamplitError
from lamplit.core.values import FrameResult, InputResult

OK = "ok"
NO_FACE = "no face"
FAILED = "failed"


def success(source: str, frame: FrameResult, *, time: float | None = None) -> InputResult:
    """Return the result of an input that could be analysed.

    Parameters
    ----------
    source : str
        What the input is called.
    frame : FrameResult
        The analysis.
    time : float, optional
        When, in seconds, for a frame of a stream.

    Returns
    -------
    InputResult
        With the status "ok" or "no face".

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.light import measure
    >>> light = measure(np.zeros((9, 9), np.uint8))
    >>> success("a.jpg", FrameResult(faces=(), light=light, height=9, width=9)).status
    'no face'
    """
    return InputResult(source=source, status=OK if frame else NO_FACE, frame=frame, time=time)


def failure(source: str, error: Exception, *, time: float | None = None) -> InputResult:
    """Return the result of an input that could not be analysed.

    Parameters
    ----------
    source : str
        What the input is called.
    error : Exception
        What it met.
    time : float, optional
        When, in seconds, for a frame of a stream.

    Returns
    -------
    InputResult
        With the status of an `InvalidImageError`, else "failed"; the message leaves out the name of the
        input, which the result carries already.

    Examples
    --------
    >>> failure("a.jpg", KeyError("b")).message
    "KeyError: 'b'"
    """
    status = error.status if isinstance(error, InvalidImageError) else FAILED
    if not isinstance(error, LamplitError):
        message = f"{type(error).__name__}: {error}"
    else:
        message = f"{error.reason} ({error.hint})" if error.hint else error.reason
    return InputResult(source=source, status=status, message=message, time=time)
