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

from typing import Any

import cv2
import numpy as np

from flow_alignments import alignment_row
from flow_crops import by_light, milliseconds
from flow_judging import GRID, features_of, grid, leave_one_out, linear_svm, one_sided
from flow_pairs import FIVE, PEOPLE, Cases, Motions, Yale, measure, protocols, read_yale
from lamplit.expression.face_motion import ALIGNMENTS, MuscleReader
from results import parse_data, write_result


def main() -> None:
    cv2.setNumThreads(1)
    yale = read_yale(parse_data(__doc__))
    cases = protocols(yale)
    every = {pair for some in cases.values() for pair, _ in some}
    motions = measure(yale, sorted(every), MuscleReader(), "pairs")
    figures = about(yale, motions)
    figures["strengths"] = strengths(motions)
    figures["protocols"] = by_protocol(cases, motions)
    figures["ways_five"] = ways_five(yale, cases["five"], motions)
    figures["ways_six"] = ways_six(cases["six"], motions)
    figures["alignments"] = alignments(yale, cases["five"], motions)
    figures["lights"] = {name: by_light(yale, cases["five"], name) for name in ("local", "none")}
    figures["milliseconds"] = milliseconds(yale, cases["five"])
    write_result("optical_flow", figures)


def about(yale: Yale, motions: Motions) -> dict[str, Any]:
    """Say what was measured."""
    sources = [motion.eyes_from for motion in motions.values() if motion is not None]
    return {
        "dataset": "Yale Faces",
        "people": len(PEOPLE),
        "left_out": [f"{p}.{s}" for p in PEOPLE for s in FIVE if yale.is_normal(p, s)],
        "other_neutral_picture": {person: yale.neutral_twin(person) for person in PEOPLE},
        "eyes_from": {source: sources.count(source) for source in sorted(set(sources))},
    }


def strengths(motions: Motions) -> dict[str, dict[str, float]]:
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


def by_protocol(cases: dict[str, Cases], motions: Motions) -> dict[str, Any]:
    """Return what each protocol reaches, and the six states where no light differs."""
    rows = features_of(motions)
    found = {name: leave_one_out(some, rows) for name, some in cases.items()}
    same = [(pair, state) for pair, state in cases["six"] if pair[1] != "centerlight"]
    return found | {"six, same light alone": leave_one_out(same, rows)}


def ways_five(yale: Yale, five: Cases, motions: Motions) -> dict[str, Any]:
    """Return what changing one thing each does to the five states."""
    rows, pairs = features_of(motions), [pair for pair, _ in five]
    ways = {
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
    return accuracies(ways)


def ways_six(six: Cases, motions: Motions) -> dict[str, Any]:
    """Return what changing one thing each does to the six states."""
    ways = {
        "linear SVM": leave_one_out(six, features_of(motions), model=linear_svm),
        "grid": leave_one_out(six, features_of(motions, grid)),
    }
    return accuracies(ways)


def accuracies(ways: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the accuracy of each way and its interval."""
    return {name: {key: row[key] for key in ("accuracy", "accuracy_interval")} for name, row in ways.items()}


def alignments(yale: Yale, five: Cases, motions: Motions) -> dict[str, Any]:
    """Return how far each alignment can be trusted, and what it reaches on the five states."""
    pairs = [pair for pair, _ in five]
    found = {}
    for name in ALIGNMENTS:
        own = motions if name == "flow" else measure(yale, pairs, MuscleReader(alignment=name), name)
        found[name] = alignment_row(yale, pairs, name, own)
        found[name]["accuracy"] = leave_one_out(five, features_of(own))["accuracy"]
    return found


if __name__ == "__main__":
    main()
