"""Errors that lamplit raises, each naming the input, the requirement, what came and the next step.

The tree::

    LamplitError(ValueError)
    ├── InvalidArgumentError        an argument of a call or command
    ├── InvalidImageError           a picture that cannot be used
    │   ├── UnreadableImageError    missing, a folder, no permission, a device
    │   ├── EmptyImageError         no bytes or no pixels
    │   ├── NotAnImageError         the bytes are of no picture format that lamplit reads
    │   ├── MisnamedImageError      the name promises one format, the bytes are another
    │   ├── TruncatedImageError     the file ends before the picture does
    │   ├── CorruptImageError       the decoder refused the content
    │   ├── ImageTooLargeError      more pixels than the limit
    │   └── NotFiniteImageError     NaN or infinity among the pixels
    ├── WeightsMissingError         no such weights
    ├── WeightsCorruptError         the file does not match its card
    ├── DatasetError                a data set that is absent or not laid out as expected
    ├── RecipeError                 a training recipe with unknown or impossible settings
    ├── CheckpointError             a checkpoint that cannot be resumed
    ├── OutputError                 a result that cannot be written
    └── MissingExtraError           an optional part that is not installed
"""

from __future__ import annotations

from typing import ClassVar


class LamplitError(ValueError):
    """Base of every error that lamplit raises on purpose.

    Parameters
    ----------
    subject : str
        The input or argument at fault, as the user knows it.
    required : str
        What was needed.
    came : str
        What was found instead.
    hint : str, optional
        What to do next.

    Examples
    --------
    >>> print(LamplitError("min_size", "an integer of at least 8", "3"))
    min_size: needs an integer of at least 8, got 3
    """

    def __init__(self, subject: str, required: str, came: str, hint: str = "") -> None:
        super().__init__(subject, required, came, hint)
        self.subject = subject
        self.required = required
        self.came = came
        self.hint = hint

    @property
    def reason(self) -> str:
        """What was needed and what came, without the subject and the hint."""
        return f"needs {self.required}, got {self.came}"

    def __str__(self) -> str:
        message = f"{self.subject}: {self.reason}"
        return f"{message} ({self.hint})" if self.hint else message


class InvalidArgumentError(LamplitError):
    """An argument of a call or of the command has the wrong type, range or shape."""


class InvalidImageError(LamplitError):
    """A picture that cannot be used; `status` is the word that tables show for it."""

    status: ClassVar[str] = "invalid"


class UnreadableImageError(InvalidImageError):
    """The file is missing, is a folder or a device, or may not be read."""

    status = "unreadable"


class EmptyImageError(InvalidImageError):
    """There are no bytes, or the picture has no pixels."""

    status = "empty"


class NotAnImageError(InvalidImageError):
    """The bytes belong to no picture format that lamplit reads."""

    status = "not an image"


class MisnamedImageError(InvalidImageError):
    """The suffix promises one picture format and the bytes are another."""

    status = "misnamed"


class TruncatedImageError(InvalidImageError):
    """The file ends before the picture does."""

    status = "truncated"


class CorruptImageError(InvalidImageError):
    """The decoder refused the content."""

    status = "corrupt"


class ImageTooLargeError(InvalidImageError):
    """The picture has more pixels than the limit allows."""

    status = "too large"


class NotFiniteImageError(InvalidImageError):
    """NaN or infinity stands among the pixels."""

    status = "not finite"


class WeightsMissingError(LamplitError):
    """No weights of that name, or no file where the path points."""


class WeightsCorruptError(LamplitError):
    """A weight file differs from its card, or one of them is damaged."""


class DatasetError(LamplitError):
    """A data set is absent, or not laid out as its reader expects."""


class RecipeError(LamplitError):
    """A training recipe has unknown keys or impossible values."""


class CheckpointError(LamplitError):
    """A checkpoint is damaged or belongs to another recipe."""


class OutputError(LamplitError):
    """A result cannot be written where it was asked for."""


class MissingExtraError(LamplitError):
    """An optional part of lamplit is needed and not installed."""
