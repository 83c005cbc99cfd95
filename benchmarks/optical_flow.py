"""What the motion of facial muscles says of an expression, and how far it can be trusted, on Yale Faces.

Belhumeur, Hespanha, Kriegman (1997), doi:10.1109/34.598228: 15 people, each normal, happy, sad, sleepy,
surprised and winking. `subject04.sad` is the file of the normal face and left out. Protocols, everybody
judged by a classifier that never saw them (leave one person out):

- five: from `normal` to each of the five other states.
- six: from one other neutral picture of the person to all six states, `normal` among them, so that the
  picture to start from tells nothing. That is `noglasses` (`glasses` for the two who wear theirs in all
  states), or `centerlight`, whose light is another, where that is the same file as `normal`.
- six from normal: `normal` to the five states and to that other neutral picture. It flatters: for eight
  people the light differs for one state alone.

The classifier was fixed beforehand: 56 features (`MuscleMotion.features`), standardised, linear discriminant
analysis with Ledoit and Wolf's shrinkage. The other rows change one thing each. Bad light is put on the
expressive face alone, on crops framed in good light; the classifier saw good light alone.

    python benchmarks/optical_flow.py --data DIR
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.progress import track
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from lamplit.core.errors import LamplitError
from lamplit.core.labels import YALE_SIX
from lamplit.core.values import Box, Detection
from lamplit.evaluation.bootstrap import bootstrap_interval
from lamplit.expression.face_motion import ALIGNMENTS, FaceMotion, MuscleReader
from lamplit.faces.detector import get_detector
from lamplit.faces.framing import crop_face, face_box
from lamplit.features.face_frame import ORIGIN, UNIT
from lamplit.features.optical_flow import local_normalisation
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.light.gauntlet import SEVEN_LIGHTS
from results import parse_data, write_result

PEOPLE = [f"subject{number:02d}" for number in range(1, 16)]
FIVE = tuple(state for state in YALE_SIX if state != "normal")
IN_GLASSES = {"subject08", "subject13"}
"""Who wears glasses in `normal` and the other five states."""

CROP = 160
GRID = 8
PENALTIES = {"svc__C": [0.001, 0.01, 0.1, 1.0]}
FAR_OFF = 100.0  # thousandths of the eye distance

Pair = tuple[str, str, str]
"""A person, the picture to start from, the picture to go to."""


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


class WholeCrop:
    """Say where the face lies in a crop that was framed around it."""

    def detect(self, image: Any) -> list[Detection]:
        """Return one face."""
        side = float(min(image.shape[:2]))
        return [Detection(box=face_box(Box(0.0, 0.0, side, side)), score=1.0)]


def read_yale(folder: Path) -> Yale:
    """Read all pictures, those in other light and glasses included."""
    with zipfile.ZipFile(folder / "yalefaces.zip") as archive:
        names = {Path(name).name: name for name in archive.namelist() if "subject" in Path(name).name}
        files = {name: archive.read(member) for name, member in names.items() if name.count(".") == 1}
    kept = {name: content for name, content in files.items() if name.split(".")[1] not in {"txt", "gif"}}
    return Yale({name: grey_from_rgb(read_image(content)) for name, content in kept.items()}, kept)


def protocols(yale: Yale) -> dict[str, list[tuple[Pair, str]]]:
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


def measure(
    yale: Yale, pairs: Iterable[Pair], reader: MuscleReader, what: str
) -> dict[Pair, FaceMotion | None]:
    """Measure pairs; None where the faces or eyes that are needed were not found."""
    found: dict[Pair, FaceMotion | None] = {}
    for person, start, end in track(list(pairs), description=what):
        before, after = (yale.pictures[f"{person}.{state}"] for state in (start, end))
        try:
            found[person, start, end] = reader.compare(before, after)
        except LamplitError:
            found[person, start, end] = None
    return found


def muscles(motion: FaceMotion) -> Any:
    """Return the features by muscle."""
    return motion.muscles.features()


def one_sided(motion: FaceMotion) -> Any:
    """Return along and across of all muscles, left and right apart."""
    return np.concatenate([motion.muscles.along, motion.muscles.across])


def grid(motion: FaceMotion) -> Any:
    """Return the mean flow in each cell of a grid, without any anatomy: Mase's bottom-up way."""
    height, width = motion.flow.shape[:2]
    cells = motion.flow.reshape(GRID, height // GRID, GRID, width // GRID, 2).mean(axis=(1, 3))
    return cells.ravel()


def lda() -> Any:
    """Return the classifier that was fixed beforehand."""
    return make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))


def linear_svm() -> Any:
    """Return a linear support vector machine; its penalty is chosen inside the training folds."""
    return make_pipeline(StandardScaler(), SVC(kernel="linear"))


def leave_one_out(
    cases: list[tuple[Pair, str]],
    rows: dict[Pair, Any],
    tested: dict[Pair, Any] | None = None,
    *,
    model: Any = lda,
) -> dict[str, Any]:
    """Judge each person by a classifier of the others; a pair that could not be measured counts as wrong."""
    tested = rows if tested is None else tested
    labels = sorted({state for _, state in cases})
    answers: dict[Pair, str] = {}
    for person in sorted({pair[0] for pair, _ in cases}):
        training = [(pair, state) for pair, state in cases if pair[0] != person and rows[pair] is not None]
        judged = [pair for pair, _ in cases if pair[0] == person and tested[pair] is not None]
        if not judged:
            continue
        x, y = np.stack([rows[pair] for pair, _ in training]), [state for _, state in training]
        classifier = model()
        if "svc" in classifier.named_steps:
            search = GridSearchCV(classifier, PENALTIES, cv=LeaveOneGroupOut())
            classifier = search.fit(x, y, groups=[pair[0] for pair, _ in training])
        else:
            classifier.fit(x, y)
        answers |= dict(zip(judged, classifier.predict(np.stack([tested[p] for p in judged])), strict=True))
    return scored(cases, answers, labels)


def scored(cases: list[tuple[Pair, str]], answers: dict[Pair, str], labels: list[str]) -> dict[str, Any]:
    """Return accuracy with its interval, recall and confusion."""
    right = np.array([answers.get(pair) == state for pair, state in cases])
    interval = bootstrap_interval(right, rng=np.random.default_rng(0)).as_dict()
    confusion = [
        [sum(answers.get(p) == said for p, s in cases if s == true) for said in labels] for true in labels
    ]
    return {
        "pairs": len(cases),
        "not_measured": sum(pair not in answers for pair, _ in cases),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_interval": {key: round(value, 4) for key, value in interval.items()},
        "labels": labels,
        "recall": {
            s: round(float(np.mean([r for r, (_, t) in zip(right, cases, strict=True) if t == s])), 4)
            for s in labels
        },
        "confusion": confusion,
    }


def features_of(motions: dict[Pair, FaceMotion | None], of: Any = muscles) -> dict[Pair, Any]:
    """Return the features of each pair that could be measured."""
    return {pair: None if motion is None else of(motion) for pair, motion in motions.items()}


def strengths(motions: dict[Pair, FaceMotion | None]) -> dict[str, dict[str, float]]:
    """Return how strong motion is by state, and between neutral faces, where there should be none."""
    groups: dict[str, list[Any]] = {}
    for (_, start, end), motion in motions.items():
        if motion is None or start != "normal":
            continue
        name = end if end in FIVE else f"neutral again, {'other' if end == 'centerlight' else 'same'} light"
        groups.setdefault(name, []).append(motion.muscles.strengths)
    return {
        name: {
            "pairs": len(rows),
            "median": round(float(np.median(rows)), 1),
            "90th_percentile": round(float(np.percentile(rows, 90)), 1),
        }
        for name, rows in sorted(groups.items())
    }


def alignment_row(
    yale: Yale, pairs: list[Pair], alignment: str, measured: dict[Pair, FaceMotion | None]
) -> dict[str, Any]:
    """Say how often an alignment fails, how well it repeats itself on turned copies, how well noses agree."""
    reader, random = MuscleReader(alignment=alignment), np.random.default_rng(0)
    apart, noses, failed = [], [], 0
    for pair in track(pairs, description=f"turned copies, {alignment}"):
        person, start, end = pair
        picture = yale.pictures[f"{person}.{end}"]
        turn = cv2.getRotationMatrix2D((160, 120), random.uniform(-6, 6), random.uniform(0.94, 1.06))
        turn[:, 2] += random.uniform(-6, 6, size=2)
        copy = cv2.warpAffine(picture, turn, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        first = measured[pair]
        try:
            second = reader.compare(yale.pictures[f"{person}.{start}"], copy)
        except LamplitError:
            second = None
        if first is None or second is None:
            failed += 1
            continue
        apart.append(_apart(first, second, turn))
        noses.append(_nose_correlation(first))
    return {
        "failed": round(failed / len(pairs), 4),
        "apart_median": round(float(np.median(apart)), 2),
        "apart_90th_percentile": round(float(np.percentile(apart, 90)), 2),
        "far_off": round(float(np.mean(np.array(apart) > FAR_OFF)), 4),
        "nose_correlation_median": round(float(np.median(noses)), 4),
        "nose_correlation_10th_percentile": round(float(np.percentile(noses, 10)), 4),
    }


def _apart(first: FaceMotion, second: FaceMotion, turn: Any) -> float:
    """Mean distance of eyes and nose tip, laid on the picture with and without turning it, in thousandths."""
    x, y = ORIGIN
    points = np.array([[x - UNIT / 2, y], [x + UNIT / 2, y], [x, y + 0.6 * UNIT]])
    there = _onto(np.linalg.inv(_square(first.frames[1])), points)
    again = _onto(np.linalg.inv(_square(turn)) @ np.linalg.inv(_square(second.frames[1])), points)
    scale = np.hypot(
        first.frames[1][0, 0], first.frames[1][1, 0]
    )  # pixels of the frame per pixel of the picture
    return float(np.hypot(*(there - again).T).mean() * scale / UNIT * 1000)


def _square(transform: Any) -> Any:
    return np.vstack([transform, [0, 0, 1]])


def _onto(matrix: Any, points: Any) -> Any:
    return points @ matrix[:2, :2].T + matrix[:2, 2]


def _nose_correlation(motion: FaceMotion) -> float:
    """Correlation of the aligned faces between the eyes and along the nose, local contrast normalised."""
    x, y = (round(value) for value in ORIGIN)
    window = np.s_[y - UNIT // 10 : y + UNIT * 55 // 100, x - UNIT * 3 // 10 : x + UNIT * 3 // 10]
    first, second = (
        local_normalisation(face)[window].astype(float) for face in (motion.before, motion.after)
    )
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def by_light(yale: Yale, cases: list[tuple[Pair, str]], preparation: str) -> dict[str, float]:
    """Return accuracy with the expressive face in each light of the short protocol, taught in good light."""
    reader = MuscleReader(detector=WholeCrop(), preparation=preparation)
    crops = {
        name: _crop(yale, name)
        for pair, _ in cases
        for name in (f"{pair[0]}.{pair[1]}", f"{pair[0]}.{pair[2]}")
    }
    after = np.stack([crops[f"{pair[0]}.{pair[2]}"] for pair, _ in cases])
    good: dict[Pair, Any] = {}
    found = {}
    for light in track(SEVEN_LIGHTS, description=f"lights, preparation {preparation}"):
        lit = light.apply(after)
        rows = {
            pair: muscles(reader.compare(crops[f"{pair[0]}.{pair[1]}"], face))
            for (pair, _), face in zip(cases, lit, strict=True)
        }
        good = good or rows
        found[light.name] = leave_one_out(cases, good, rows)["accuracy"]
    return found


@lru_cache(maxsize=1)
def _detector() -> Any:
    return get_detector("cascade")


def _crop(yale: Yale, name: str) -> Any:
    """Frame a face as FER+ does, in the light that it has."""
    picture = yale.pictures[name]
    return crop_face(picture, _detector().detect(picture)[0].box, size=CROP)


def milliseconds(yale: Yale, cases: list[tuple[Pair, str]]) -> dict[str, float]:
    """Return the processor time of one pair, one thread, median over 20 pairs."""
    crops = [[_crop(yale, f"{pair[0]}.{state}") for state in pair[1:]] for pair, _ in cases[:20]]
    whole, parts = MuscleReader(), MuscleReader(detector=WholeCrop())
    times: dict[str, list[float]] = {
        "whole pictures, detection and eyes included": [],
        "crops, detection left out": [],
    }
    for (pair, _), (before, after) in zip(cases, crops, strict=False):
        jobs = [(whole, *(yale.pictures[f"{pair[0]}.{state}"] for state in pair[1:])), (parts, before, after)]
        for row, (reader, first, second) in zip(times.values(), jobs, strict=True):
            started = time.process_time()
            reader.compare(first, second)
            row.append(1000 * (time.process_time() - started))
    return {name: round(float(np.median(row)), 1) for name, row in times.items()}


def main() -> None:
    cv2.setNumThreads(1)
    yale = read_yale(parse_data(__doc__))
    cases = protocols(yale)
    five, pairs = cases["five"], [pair for pair, _ in cases["five"]]
    every = {pair for some in cases.values() for pair, _ in some}
    motions = measure(yale, sorted(every), MuscleReader(), "pairs")
    rows = features_of(motions)
    figures: dict[str, Any] = {
        "dataset": "Yale Faces",
        "people": len(PEOPLE),
        "left_out": [f"{p}.{s}" for p in PEOPLE for s in FIVE if yale.is_normal(p, s)],
        "other_neutral_picture": {person: yale.neutral_twin(person) for person in PEOPLE},
        "eyes_from": _counted([motion.eyes_from for motion in motions.values() if motion is not None]),
        "strengths": strengths(motions),
        "protocols": {name: leave_one_out(some, rows) for name, some in cases.items()},
    }
    same = [(pair, state) for pair, state in cases["six"] if pair[1] != "centerlight"]
    answers_same = leave_one_out(same, rows)
    figures["protocols"]["six, same light alone"] = answers_same
    ways: dict[str, dict[str, Any]] = {
        "as fixed beforehand": leave_one_out(five, rows),
        "linear SVM": leave_one_out(five, rows, model=linear_svm),
        "left and right apart": leave_one_out(five, features_of(motions, one_sided)),
        f"grid of {GRID} x {GRID} cells, no muscles": leave_one_out(five, features_of(motions, grid)),
    }
    for name, settings in (
        ("Farneback's flow", {"method": "farneback"}),
        ("no local normalisation", {"preparation": "none"}),
    ):
        ways[name] = leave_one_out(five, features_of(measure(yale, pairs, MuscleReader(**settings), name)))
    alignments = {}
    for alignment in ALIGNMENTS:
        own = (
            motions
            if alignment == "flow"
            else measure(yale, pairs, MuscleReader(alignment=alignment), alignment)
        )
        alignments[alignment] = alignment_row(yale, pairs, alignment, own)
        alignments[alignment]["accuracy"] = leave_one_out(five, features_of(own))["accuracy"]
    six_ways = {
        "linear SVM": leave_one_out(cases["six"], rows, model=linear_svm),
        "grid": leave_one_out(cases["six"], features_of(motions, grid)),
    }
    figures |= {
        "ways_five": {
            name: {key: row[key] for key in ("accuracy", "accuracy_interval")} for name, row in ways.items()
        },
        "ways_six": {
            name: {key: row[key] for key in ("accuracy", "accuracy_interval")}
            for name, row in six_ways.items()
        },
        "alignments": alignments,
        "lights": {name: by_light(yale, five, name) for name in ("local", "none")},
        "milliseconds": milliseconds(yale, five),
    }
    write_result("optical_flow", figures)


def _counted(values: list[str]) -> dict[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}


if __name__ == "__main__":
    main()
