from __future__ import annotations

import io
import threading
import warnings

import numpy as np
import pytest
from PIL import Image

from lamplit.imaging.images import read_image
from lamplit.imaging.quiet import DecoderWarning, decoder_warnings_ignored

# "Tag data larger than file": Pillow warns about it while it looks for the resolution.
BROKEN_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0\xff\xff\0\0\xff\xff\0\0\0\0\0\0"


def test_the_decoder_would_warn_and_does_not(photo, encode):
    data = encode(photo, "JPEG", exif=BROKEN_EXIF)
    with pytest.warns(UserWarning, match="Tag data larger than file"):
        Image.open(io.BytesIO(data)).close()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert read_image(data).shape == photo.shape
    assert not seen


def test_only_the_block_is_silent():
    with decoder_warnings_ignored():
        warnings.warn("inside", RuntimeWarning, stacklevel=1)
    with pytest.warns(RuntimeWarning, match="outside"):
        warnings.warn("outside", RuntimeWarning, stacklevel=1)


def test_blocks_nest_and_end_with_errors():
    def fail_inside() -> None:
        with decoder_warnings_ignored():
            with decoder_warnings_ignored():
                pass
            warnings.warn("still inside", stacklevel=1)
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()
    with pytest.warns(UserWarning, match="outside"):
        warnings.warn("outside", stacklevel=1)


def test_other_threads_keep_their_warnings():
    inside, done = threading.Event(), threading.Event()

    def decode() -> None:
        with decoder_warnings_ignored():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=decode)
    thread.start()
    assert inside.wait(10)
    try:
        with pytest.warns(UserWarning, match="from another thread"):
            warnings.warn("from another thread", stacklevel=1)
    finally:
        done.set()
        thread.join()


def test_the_filters_gain_one_entry_at_most():
    for _ in range(5):
        with decoder_warnings_ignored():
            pass
    assert sum(entry[2] is DecoderWarning for entry in warnings.filters) == 1


def test_pictures_are_read_in_many_threads(photo, encode):
    data = encode(photo, "PNG", exif=BROKEN_EXIF)
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(20):
                np.testing.assert_array_equal(read_image(data), photo)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
