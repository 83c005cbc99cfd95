"""Pairs of pictures of Yale Faces to measure motion between.

Belhumeur, Hespanha, Kriegman (1997), doi:10.1109/34.598228: 15 people, each normal, happy, sad, sleepy,
surprised and winking. `subject04.sad` is the file of the normal face and left out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import track

from lamplit.core.errors import LamplitError
from lamplit.core.labels import YALE_SIX
from lamplit.expression.face_motion import FaceMotion, MuscleReader
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image

PEOPLE = [f"subject{number:02d}" for number in range(1, 16)]
FIVE = tuple(state for state in YALE_SIX if state != "normal")
IN_GLASSES = {"subject08", "subject13"}
"""Who wears glasses in `normal` and the other five states."""

Pair = tuple[str, str, str]
"""A person, the picture to start from, the picture to go to."""

Cases = list[tuple[Pair, str]]
"""Pairs with the state that each shows."""
Motions = dict[Pair, FaceMotion | None]
"""What moved in each pair; None where it could not be measured."""


@dataclass(frozen=True)
class Yale:
    """The pictures by name, grey, and which are the same file."""

    pictures: dict[str, Any]
    files: dict[str, bytes]

    def neutral_twin(self, person: str) -> str:
        """Return the person's other neutral picture."""
        first = "glasses" if person in IN_GLASSES else "noglasses"
        same = self.files[f"{person}.{first}"] == self.files[f"{person}.normal"]
        return "centerlight" if same else first

    def is_normal(self, person: str, state: str) -> bool:
        """Whether the file of a state is that of the normal face."""
        return state != "normal" and self.files[f"{person}.{state}"] == self.files[f"{person}.normal"]


def read_yale(folder: Path) -> Yale:
    """Read all pictures, those in other light and glasses included."""
    with zipfile.ZipFile(folder / "yalefaces.zip") as archive:
        names = {Path(name).name: name for name in archive.namelist() if "subject" in Path(name).name}
        files = {name: archive.read(member) for name, member in names.items() if name.count(".") == 1}
    kept = {name: content for name, content in files.items() if name.split(".")[1] not in {"txt", "gif"}}
    return Yale({name: grey_from_rgb(read_image(content)) for name, content in kept.items()}, kept)


def protocols(yale: Yale) -> dict[str, Cases]:
    """Return the pairs of each protocol with the state that each shows."""
    five, six, flattering = [], [], []
    for person in PEOPLE:
        other = yale.neutral_twin(person)
        flattering.append(((person, "normal", other), "normal"))
        for state in YALE_SIX:
            if yale.is_normal(person, state):
                continue
            six.append(((person, other, state), state))
            if state != "normal":
                five.append(((person, "normal", state), state))
    return {"five": five, "six": six, "six from normal": five + flattering}


def measure(yale: Yale, pairs: Iterable[Pair], reader: MuscleReader, what: str) -> Motions:
    """Measure pairs; None where the faces or eyes that are needed were not found."""
    found: Motions = {}
    for person, start, end in track(list(pairs), description=what):
        before, after = (yale.pictures[f"{person}.{state}"] for state in (start, end))
        try:
            found[person, start, end] = reader.compare(before, after)
        except LamplitError:
            found[person, start, end] = None
    return found
