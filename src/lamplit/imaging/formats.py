"""The picture formats that lamplit reads: how they begin and which suffixes promise them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from lamplit.core.errors import MisnamedImageError, NotAnImageError


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """A picture format.

    Parameters
    ----------
    name : str
        What people call it.
    suffixes : tuple of str
        Lower-case suffixes that promise it; the usual one first.
    opening : re.Pattern
        What the first bytes of a file look like.

    Examples
    --------
    >>> identify(b"P5 1 1 255 ", "face.pgm").name
    'PNM'
    """

    name: str
    suffixes: tuple[str, ...]
    opening: re.Pattern[bytes]


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


# "BM" also opens plain text, so a BMP must show one of the known header sizes too.
_BMP_OPENING = _starts(rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0")

JPEG = PictureFormat("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), _starts(rb"\xff\xd8\xff"))
PNG = PictureFormat("PNG", (".png", ".apng"), _starts(rb"\x89PNG\r\n\x1a\n"))
WEBP = PictureFormat("WebP", (".webp",), _starts(rb"RIFF.{4}WEBP"))
GIF = PictureFormat("GIF", (".gif",), _starts(rb"GIF8[79]a"))
BMP = PictureFormat("BMP", (".bmp",), _BMP_OPENING)
TIFF = PictureFormat("TIFF", (".tif", ".tiff"), _starts(rb"II[\x2a\x2b]\0|MM\0[\x2a\x2b]"))
PNM = PictureFormat("PNM", (".pgm", ".ppm", ".pnm", ".pbm"), _starts(rb"P[1-6][\s#]"))

FORMATS = (JPEG, PNG, WEBP, GIF, BMP, TIFF, PNM)
"""Every format that can be read; nothing else ever reaches a decoder."""

SUFFIXES = frozenset(suffix for known in FORMATS for suffix in known.suffixes)
"""Lower-case suffixes by which a folder is searched for pictures."""

# Not read, but common enough that the error should call them by name.
_FOREIGN = (
    ("a HEIC picture", _starts(rb".{4}ftyp(hei|hev|mif1|msf1)")),
    ("an AVIF picture", _starts(rb".{4}ftypavi")),
    ("a video", _starts(rb".{4}ftyp|\x1a\x45\xdf\xa3|RIFF.{4}AVI ")),
    ("an SVG drawing", _starts(rb"(\xef\xbb\xbf)?\s*(<\?xml.*?)?<svg")),
    ("a web page", _starts(rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype )?html")),
    ("a PDF document", _starts(rb"%PDF")),
    ("a Photoshop document", _starts(rb"8BPS")),
)


def identify(data: bytes, name: str) -> PictureFormat:
    """Tell the format of an encoded picture and hold its name to what it promises.

    Parameters
    ----------
    data : bytes
        The encoded picture; the first kilobyte decides.
    name : str
        What the input is called. A suffix that no format owns promises nothing.

    Returns
    -------
    PictureFormat
        The format of the bytes.

    Raises
    ------
    NotAnImageError
        If the bytes belong to no format that lamplit reads.
    MisnamedImageError
        If the suffix promises another format.

    Examples
    --------
    >>> identify(b"GIF89a...", "subject01.happy").name
    'GIF'
    """
    head = data[:1024]
    found = next((known for known in FORMATS if known.opening.match(head)), None)
    if found is None:
        raise _not_an_image(head, name)
    promised = format_of_suffix(name)
    if promised is not None and promised is not found:
        raise MisnamedImageError(
            name,
            f"a {promised.name} picture, as the name says",
            f"a {found.name} picture",
            f"rename it to {PurePath(name).with_suffix(found.suffixes[0]).name}",
        )
    return found


def format_of_suffix(name: str) -> PictureFormat | None:
    """Tell the format that a file name promises.

    Parameters
    ----------
    name : str
        A file name or path.

    Returns
    -------
    PictureFormat or None
        None where the suffix is missing or unknown.

    Examples
    --------
    >>> format_of_suffix("HOLIDAY.JPEG").name, format_of_suffix("subject01.happy")
    ('JPEG', None)
    """
    suffix = PurePath(name).suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def _not_an_image(head: bytes, name: str) -> NotAnImageError:
    required = "a " + ", ".join(known.name for known in FORMATS) + " picture"
    foreign = next((label for label, opening in _FOREIGN if opening.match(head)), None)
    if foreign is None:
        return NotAnImageError(name, required, f"bytes that begin with {head[:12]!r}")
    return NotAnImageError(name, required, foreign, "export it as JPEG or PNG first")
