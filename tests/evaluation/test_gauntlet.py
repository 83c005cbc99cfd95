"""A classifier runs the gauntlet: classifiers whose answers in every light can be foretold."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import LabelSet
from lamplit.core.refusal import LeastProbability
from lamplit.core.values import Box
from lamplit.evaluation.classifier import Evaluation, evaluate_classifier
from lamplit.evaluation.gauntlet import Gauntlet, Run, least_probabilities, lights_to_run, run_gauntlet
from lamplit.faces.framing import face_box
from lamplit.light.gauntlet import GAUNTLET, GOOD, SEVEN_LIGHTS, Light
from lamplit.light.reading import measure

TWO = LabelSet("brightness", ("dark", "bright"))

# Four dark and four bright faces with some texture; a mean of 100 parts them.
TEXTURE = np.random.default_rng(0).integers(-30, 31, (8, 24, 24))
FACES = (np.array([50] * 4 + [180] * 4)[:, None, None] + TEXTURE).astype(np.uint8)
CLASSES = np.array([0] * 4 + [1] * 4)

DIM = next(light for light in GAUNTLET if light.name == "dim, 0.2 of full scale")
OVER = next(light for light in GAUNTLET if light.name == "over-exposed, 4 times full scale")
NIGHT = next(light for light in GAUNTLET if light.name == "night, 0.12 of full scale")


def brightness(faces: np.ndarray) -> np.ndarray:
    """Call a face bright when its mean is: right in good light, and only there."""
    bright = faces.reshape(len(faces), -1).mean(axis=1) > 100
    return np.where(bright[:, None], [0.2, 0.8], [0.7, 0.3])


def run(*lights: Light, predict: Callable[[np.ndarray], np.ndarray] = brightness, seed: int = 0) -> Gauntlet:
    return run_gauntlet(predict, FACES, CLASSES, lights=lights, labels=TWO, seed=seed)


class TestLightsToRun:
    def test_short_is_the_protocol_of_seven(self) -> None:
        assert lights_to_run(short=True) == SEVEN_LIGHTS

    def test_whole_has_every_light_once_and_good_light_first(self) -> None:
        lights = lights_to_run()
        assert lights[0] == GOOD
        assert set(lights) == {*GAUNTLET, *SEVEN_LIGHTS}
        assert len(lights) == len(set(lights)) == 1 + 45 + 1

    def test_conditions_stand_together_in_the_order_of_the_gauntlet(self) -> None:
        assert lights_to_run()[1:46] == GAUNTLET


class TestRun:
    def test_figures_by_hand(self) -> None:
        result = run(GOOD, DIM, OVER)
        assert [one.light for one in result.runs] == [GOOD, DIM, OVER]
        # In good light all are right; 0.2 makes all dark, four times makes all bright: half are right.
        assert [one.evaluation.metrics.accuracy for one in result.runs] == [1.0, 0.5, 0.5]
        assert result[GOOD].metrics.log_loss == pytest.approx(-(np.log(0.7) + np.log(0.8)) / 2)
        assert result[DIM].metrics.log_loss == pytest.approx(-(np.log(0.7) + np.log(0.3)) / 2)
        assert result[OVER].metrics.log_loss == pytest.approx(-(np.log(0.2) + np.log(0.8)) / 2)
        assert result.runs[1].right.tolist() == [True] * 4 + [False] * 4
        assert result.runs[2].right.tolist() == [False] * 4 + [True] * 4
        assert result.runs[2].probability.tolist() == pytest.approx([0.8] * 8)

    def test_the_classifier_sees_the_faces_in_each_light(self) -> None:
        seen: list[np.ndarray] = []

        def remember(faces: np.ndarray) -> np.ndarray:
            seen.append(faces)
            return brightness(faces)

        run(GOOD, NIGHT, predict=remember, seed=5)
        np.testing.assert_array_equal(seen[0], FACES)
        np.testing.assert_array_equal(seen[1], NIGHT.apply(FACES, seed=5))
        assert len(seen) == 2

    def test_usable_is_what_the_reading_says(self) -> None:
        hardly = next(light for light in GAUNTLET if light.name == "night, 0.03 of full scale")
        result = run(GOOD, hardly)
        for one in result.runs:
            side = FACES.shape[1]
            box = face_box(Box(0, 0, side, side))
            assert one.usable.tolist() == [measure(face, box).usable for face in one.light.apply(FACES)]

    def test_without_lights_it_is_the_whole_gauntlet(self) -> None:
        result = run_gauntlet(brightness, FACES[::4], CLASSES[::4], labels=TWO)
        assert tuple(one.light for one in result.runs) == lights_to_run()
        assert len(result.runs) == 47

    def test_a_light_that_was_not_run_has_no_answer(self) -> None:
        with pytest.raises(KeyError):
            run(GOOD)[DIM]

    def test_colour_faces_pass_through(self) -> None:
        colour = np.repeat(FACES[..., None], 3, axis=3)
        result = run_gauntlet(brightness, colour, CLASSES, lights=(GOOD, DIM), labels=TWO)
        assert [one.evaluation.metrics.accuracy for one in result.runs] == [1.0, 0.5]

    def test_eight_expressions_are_the_labels_by_default(self) -> None:
        def always_happy(faces: np.ndarray) -> np.ndarray:
            return np.tile(np.eye(8, dtype=np.float32)[1], (len(faces), 1))

        result = run_gauntlet(always_happy, FACES, CLASSES, lights=(GOOD, DIM))
        assert [one.evaluation.metrics.accuracy for one in result.runs] == [0.5, 0.5]

    @pytest.mark.parametrize("lights", [(), (DIM, OVER)])
    def test_good_light_must_be_among_them(self, lights: tuple[Light, ...]) -> None:
        with pytest.raises(InvalidArgumentError, match="lights: needs good light among them, got"):
            run(*lights)

    @pytest.mark.parametrize(
        ("faces", "classes", "message"),
        [
            (FACES / 255, CLASSES, "faces: needs uint8 of shape"),
            (FACES, CLASSES[:3], r"classes: needs shape \(8,\)"),
            (FACES, CLASSES - 1, "-1 means no majority"),
        ],
    )
    def test_wrong_input_is_refused(self, faces: np.ndarray, classes: np.ndarray, message: str) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            run_gauntlet(brightness, faces, classes, lights=(GOOD,), labels=TWO)

    def test_a_wrong_answer_is_named(self) -> None:
        with pytest.raises(InvalidArgumentError, match=r"predict_proba: needs shape \(8, 2\)"):
            run(GOOD, predict=lambda faces: np.ones((len(faces), 3)) / 3)


class TestFigures:
    def test_mean_of_the_six_bad_lights(self) -> None:
        result = run_gauntlet(brightness, FACES, CLASSES, lights=SEVEN_LIGHTS[::-1], labels=TWO)
        bad = [result[light].metrics.accuracy for light in SEVEN_LIGHTS[1:]]
        assert result.mean_of_bad == pytest.approx(sum(bad) / 6)
        assert 0.5 <= result.mean_of_bad < 1

    def test_without_one_of_the_six_there_is_no_mean(self) -> None:
        assert run(*SEVEN_LIGHTS[:-1]).mean_of_bad is None

    def test_as_dict_is_fit_for_json_and_says_all(self) -> None:
        result = run(GOOD, DIM, NIGHT, seed=9)
        plain = json.loads(json.dumps(result.as_dict(), allow_nan=False))
        assert plain == result.as_dict()
        assert (plain["seed"], plain["faces"], plain["mean_of_six_bad_lights"]) == (9, 8, None)
        assert plain["seven_lights"] == [light.name for light in SEVEN_LIGHTS]
        assert [row["name"] for row in plain["lights"]] == [GOOD.name, DIM.name, NIGHT.name]
        dim = plain["lights"][1]
        assert (dim["condition"], dim["strength"], dim["unit"]) == ("dim", 0.2, "of full scale")
        assert (dim["accuracy"], dim["relative"]) == (0.5, 0.5)
        metrics = result[DIM].metrics
        for key in ("macro_f1", "log_loss", "calibration_error"):
            assert dim[key] == getattr(metrics, key)
        assert dim["accuracy_interval"] == metrics.accuracy_interval.as_dict()

    def test_relative_is_to_good_light(self) -> None:
        def mostly_wrong(faces: np.ndarray) -> np.ndarray:
            return brightness(faces)[:, ::-1]

        def half_wrong(faces: np.ndarray) -> np.ndarray:
            return np.tile([0.6, 0.4], (len(faces), 1))

        assert [row["relative"] for row in run(GOOD, DIM, predict=half_wrong).as_dict()["lights"]] == [1, 1]
        # Nothing right in good light: nothing to be relative to.
        assert [row["relative"] for row in run(GOOD, DIM, predict=mostly_wrong).as_dict()["lights"]] == [0, 0]

    def test_refusals_by_hand(self) -> None:
        run = Run(
            GOOD,
            self.answers(np.array([0.9, 0.6, 0.55, 0.95, 0.7])),
            right=np.array([True, False, True, False, True]),
            usable=np.array([True, True, True, False, True]),
            kind=np.array(["easy", "easy", "easy", "easy", "hard"]),
        )
        result = Gauntlet(0, (run,), LeastProbability(easy=0.58, hard=0.8))
        (row,) = result.as_dict()["lights"]
        # The fourth is refused for its light, the third and, in hard light, the last for doubt; of the others
        # one is wrong.
        assert row["refused_for_light"] == pytest.approx(0.2)
        assert row["refused_for_doubt"] == pytest.approx(0.4)
        assert row["wrong_of_answered"] == pytest.approx(0.5)
        curve = result.risk_curves()["good light"]
        assert (curve["answered"], curve["wrong"]) == (pytest.approx(0.4), pytest.approx(0.5))

    def test_thresholds_are_chosen_apart_for_each_kind_of_light(self) -> None:
        # In easy light all are right from 0.6 on, in hard light from 0.9 on; 25 faces of each.
        probability = np.repeat([0.55, 0.65, 0.95, 0.75, 0.95], [25, 25, 25, 25, 25])
        kind = np.repeat(["easy", "easy", "easy", "hard", "hard"], 25)
        right = np.repeat([False, True, True, False, True], 25)
        answer = np.stack([probability, 1 - probability], axis=1)
        faces, truth = np.zeros((125, 8, 8), np.uint8), np.zeros(125, np.int64)
        evaluation = evaluate_classifier(lambda _: answer, faces, truth, labels=TWO, batch_size=125)
        run = Run(GOOD, evaluation, right, np.ones(125, bool), kind)
        chosen = least_probabilities((run,))
        assert (chosen.easy, chosen.hard, chosen.backlit) == (pytest.approx(0.555), pytest.approx(0.755), 0.0)

    @pytest.mark.parametrize(
        ("least", "usable"), [(LeastProbability(easy=0.96), True), (LeastProbability(), False)]
    )
    def test_where_no_face_is_answered_nothing_is_wrong(self, least: LeastProbability, usable: bool) -> None:
        evaluation, no = self.answers(np.array([0.9, 0.95])), np.zeros(2, bool)
        result = Gauntlet(0, (Run(GOOD, evaluation, no, np.full(2, usable), np.full(2, "easy")),), least)
        (row,) = result.as_dict()["lights"]
        assert row["wrong_of_answered"] is None
        assert row["refused_for_light"] + row["refused_for_doubt"] == 1

    @staticmethod
    def answers(probability: np.ndarray) -> Evaluation:
        """An evaluation with these probabilities of the first label."""
        answer = np.stack([probability, 1 - probability], axis=1)
        return evaluate_classifier(
            lambda faces: answer, FACES[: len(answer)], np.zeros(len(answer), np.int64), labels=TWO
        )
