"""Cascades that nobody trained, for tests of what runs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lamplit.boosting import BoostedCascade

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boosting"))

from untrained_cascade import untrained_cascade


@pytest.fixture(scope="session")
def random_cascade() -> Callable[..., BoostedCascade]:
    return untrained_cascade
