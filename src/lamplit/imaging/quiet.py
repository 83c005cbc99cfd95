"""Silence for the decoder's warnings, for one thread and only while it decodes."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class _Decoding(threading.local):
    """Whether this thread is inside a decoder."""

    active = False


_decoding = _Decoding()


class _WhileDecoding(type):
    """Makes every warning a subclass, but only in a thread that decodes."""

    def __subclasscheck__(cls, subclass: type) -> bool:
        return _decoding.active


class DecoderWarning(Warning, metaclass=_WhileDecoding):
    """Stands in the warning filters for "any warning of a decoder at work"."""


@contextmanager
def decoder_warnings_ignored() -> Iterator[None]:
    """Ignore the warnings of this thread until the block ends.

    Yields
    ------
    None
        Nothing; the block runs.

    Notes
    -----
    `warnings.catch_warnings` swaps the filters of the whole process before Python 3.14: two threads that
    read pictures would restore each other's filters, and every other thread would fall silent meanwhile.
    So one filter is added instead, which matches nothing except inside such a block, in that block's
    thread. It stays in the list afterwards, where it has no effect.

    Examples
    --------
    >>> with decoder_warnings_ignored():
    ...     warnings.warn("Corrupt EXIF data", stacklevel=1)
    """
    # Others may have put filters in front since the last picture; ours decides only from the first place.
    # The list is left alone where it can be: each change makes Python forget which warnings it has shown.
    if not any(entry[2] is DecoderWarning for entry in warnings.filters[:1]):
        warnings.simplefilter("ignore", DecoderWarning)
    before, _decoding.active = _decoding.active, True
    try:
        yield
    finally:
        _decoding.active = before
