from __future__ import annotations

import cv2
import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features.face_frame import HEIGHT, WIDTH, check_eyes, frame_transform, framed
from lamplit.features.head_motion import fit_similarity, similarity_flow, still_weights
from lamplit.features.optical_flow import METHODS, flow_confidence, local_normalisation, optical_flow
from lamplit.features.registration import REGISTRATIONS, chained, inverted, register_faces

INSIDE = np.s_[24:-24, 24:-24]


def texture(seed: int = 0, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    """Soft blobs: something to follow everywhere, as skin under a good lens has."""
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    blobs = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.rint(128 + 40 * blobs / blobs.std()).clip(0, 255).astype(np.uint8)


def turned(image: np.ndarray, transform: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(image, transform, image.shape[::-1], borderMode=cv2.BORDER_REFLECT)


def rotation(degrees: float, scale: float = 1.0, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, scale)
    matrix[:, 2] += shift
    return matrix.astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shift", [(3, 0), (0, -4), (-2, 5)])
def test_a_shifted_texture_flows_by_its_shift(method: str, shift: tuple[int, int]) -> None:
    image = texture()
    flow = optical_flow(image, np.roll(image, shift[::-1], axis=(0, 1)), method=method)
    assert flow.dtype == np.float32
    assert np.abs(flow[INSIDE] - np.float32(shift)).mean() < 0.15


@pytest.mark.parametrize("method", METHODS)
def test_a_turned_texture_flows_around_its_middle(method: str) -> None:
    transform = rotation(4, 1.03)
    flow = optical_flow(texture(), turned(texture(), transform), method=method)
    assert np.abs(flow - similarity_flow(transform, (HEIGHT, WIDTH)))[INSIDE].mean() < 0.2


def test_local_normalisation_makes_flow_blind_to_a_gradient_of_light() -> None:
    image = texture()
    moved = np.roll(image, 3, axis=1)
    lamp = np.linspace(0.25, 1.0, WIDTH)  # a side light on the second picture alone
    lit = np.rint(moved * lamp).astype(np.uint8)
    errors = {
        preparation: float(
            np.abs(optical_flow(image, lit, preparation=preparation)[INSIDE] - np.float32([3, 0])).mean()
        )
        for preparation in ("local", "none")
    }
    assert errors["local"] < 0.2
    assert errors["local"] < errors["none"]


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_picture_of_one_level_stays_one(level: int) -> None:
    assert (local_normalisation(np.full((64, 64), level, np.uint8)) == 128).all()


def test_confidence_is_high_where_the_way_back_is_the_way_forth_and_low_where_something_is_new() -> None:
    image = texture()
    moved = np.roll(image, 3, axis=1)
    moved[60:110, 40:100] = texture(seed=5)[60:110, 40:100]
    forward, backward = optical_flow(image, moved), optical_flow(moved, image)
    confidence = flow_confidence(forward, backward)
    assert confidence.shape == (HEIGHT, WIDTH)
    assert confidence[120:170, 30:110].mean() > 0.95
    assert confidence[70:100, 50:90].mean() < 0.5


def test_confidence_at_the_references_limit_is_one_half() -> None:
    forward, backward = np.zeros((8, 8, 2), np.float32), np.zeros((8, 8, 2), np.float32)
    # e = b^2 = 0.01 b^2 + 0.5 at b^2 = 0.5 / 0.99
    backward[..., 0] = np.sqrt(0.5 / 0.99)
    np.testing.assert_allclose(flow_confidence(forward, backward), 0.5, rtol=1e-5)


@pytest.mark.parametrize(
    ("before", "after", "settings", "message"),
    [
        (np.zeros((64, 64)), np.zeros((64, 64), np.uint8), {}, "before: needs grey uint8 of shape"),
        (np.zeros((64, 64), np.uint8), np.zeros((31, 64), np.uint8), {}, "after: needs grey uint8 of shape"),
        (np.zeros((64, 64), np.uint8), np.zeros((64, 65), np.uint8), {}, r"after: needs shape \(64, 64\) as"),
        (texture(), texture(), {"method": "lucas"}, "method: needs one of"),
        (texture(), texture(), {"preparation": ["local"]}, "preparation: needs one of"),
    ],
)
def test_what_is_no_pair_of_faces_is_refused(before, after, settings, message) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        optical_flow(before, after, **settings)


def test_flows_of_two_shapes_have_no_confidence() -> None:
    with pytest.raises(InvalidArgumentError, match="two flows of one shape"):
        flow_confidence(np.zeros((8, 8, 2), np.float32), np.zeros((8, 9, 2), np.float32))


def test_the_eyes_come_to_their_places_in_the_frame() -> None:
    eyes = np.array([[100.0, 80.0], [160.0, 110.0]])
    transform = frame_transform(eyes)
    np.testing.assert_allclose(eyes @ transform[:, :2].T + transform[:, 2], [[40, 64], [104, 64]], atol=1e-3)
    image = np.zeros((200, 260), np.uint8)
    for x, y in eyes:
        cv2.circle(image, (int(x), int(y)), 4, 255, -1)
    face = framed(image, transform)
    assert face.shape == (HEIGHT, WIDTH)
    assert face[64, 40] == face[64, 104] == 255
    assert face[64, 72] == 0


def test_a_large_picture_is_smoothed_before_it_shrinks() -> None:
    checks = (np.indices((1600, 1600)).sum(axis=0) % 2 * 255).astype(np.uint8)
    face = framed(checks, frame_transform([[500, 600], [1140, 600]]))
    assert face.std() < 20


@pytest.mark.parametrize("eyes", [[[1, 2], [3, 2]], [[50, 9], [10, 9]], [[1, 2, 3]], [[0, np.nan], [50, 0]]])
def test_points_that_are_no_eyes_are_refused(eyes: list[list[float]]) -> None:
    with pytest.raises(InvalidArgumentError, match="eyes: needs two points"):
        check_eyes(eyes)


def test_a_minority_that_moves_on_its_own_hardly_turns_the_head() -> None:
    transform = rotation(3, 1.02, (4, -3))
    flow = similarity_flow(transform, (HEIGHT, WIDTH))
    flow[:60] += np.float32([0, -12])  # brows that jump, three tenths of all
    found = fit_similarity(flow, np.ones((HEIGHT, WIDTH)))
    np.testing.assert_allclose(found[:, :2], transform[:, :2], atol=2e-3)
    assert (
        np.abs(similarity_flow(found, (HEIGHT, WIDTH)) - similarity_flow(transform, (HEIGHT, WIDTH))).max()
        < 0.2
    )


def test_pixels_without_weight_do_not_count() -> None:
    flow = np.full((HEIGHT, WIDTH, 2), 50, np.float32)
    flow[still_weights() > 0] = (2, 1)
    np.testing.assert_allclose(fit_similarity(flow, still_weights()), [[1, 0, 2], [0, 1, 1]], atol=1e-3)
    with pytest.raises(InvalidArgumentError, match="at least two pixels above 0"):
        fit_similarity(flow, np.zeros((HEIGHT, WIDTH)))


@pytest.mark.parametrize("method", REGISTRATIONS)
def test_registration_finds_the_turn_of_the_head(method: str) -> None:
    transform = rotation(-3, 0.97, (3, 2))
    found = register_faces(texture(), turned(texture(), transform), method=method)
    error = similarity_flow(found, (HEIGHT, WIDTH)) - similarity_flow(transform, (HEIGHT, WIDTH))
    assert np.abs(error)[20:104].max() < 0.6


def test_ecc_that_finds_nothing_to_climb_moves_nothing() -> None:
    flat = np.full((HEIGHT, WIDTH), 90, np.uint8)
    np.testing.assert_array_equal(register_faces(flat, flat, method="ecc"), np.eye(2, 3))


def test_registration_refuses_what_is_not_framed() -> None:
    with pytest.raises(InvalidArgumentError, match="after: needs uint8 of shape"):
        register_faces(texture(), texture(shape=(64, 64)))
    with pytest.raises(InvalidArgumentError, match="method: needs one of"):
        register_faces(texture(), texture(), method="phase")


def test_a_transform_and_its_inverse_do_nothing() -> None:
    transform = rotation(20, 1.4, (9, -7))
    np.testing.assert_allclose(chained(transform, inverted(transform)), np.eye(2, 3), atol=1e-4)
