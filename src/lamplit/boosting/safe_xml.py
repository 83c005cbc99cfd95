"""Reading of XML that a stranger wrote: no document types, no entities, bounded in size and depth."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from lamplit.core.errors import WeightsCorruptError

MOST_BYTES = 32 * 2**20
"""Size above which a file is refused; OpenCV's largest cascade has 3 MB."""

DEEPEST = 16
"""Elements within elements; a cascade has 8."""


def parse_xml(content: bytes, name: str) -> Element:
    """Parse XML without following anything that it declares.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        What errors call it.

    Returns
    -------
    Element
        The root.

    Raises
    ------
    WeightsCorruptError
        If it is too large or too deep, declares a document type or entities, or is no XML.

    Examples
    --------
    >>> parse_xml(b"<a><b>1 2</b></a>", "example").findtext("b")
    '1 2'
    """
    if len(content) > MOST_BYTES:
        raise WeightsCorruptError(name, f"at most {MOST_BYTES // 2**20} MB of XML", f"{len(content):,} bytes")
    parser = expat.ParserCreate()
    builder = _BoundedBuilder(name)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise WeightsCorruptError(name, "well-formed XML", str(error)) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, WeightsCorruptError):
            raise
        raise WeightsCorruptError(name, "an encoding that is known", str(error)) from error
    return builder.close()


class _BoundedBuilder:
    """Builds elements, and refuses declarations and depth."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.depth = 0
        self.builder = TreeBuilder()
        self.data = self.builder.data
        self.close = self.builder.close

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise WeightsCorruptError(self.name, f"at most {DEEPEST} elements within each other", "more")
        self.builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        """Close an element."""
        self.depth -= 1
        self.builder.end(tag)

    def refuse(self, *_: Any) -> None:
        """Stop at a declaration: entities can make a small file grow without end, or read other files."""
        raise WeightsCorruptError(self.name, "XML without a document type", "one that declares things")
