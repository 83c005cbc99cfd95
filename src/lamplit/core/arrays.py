"""Array types, named once."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

ByteArray: TypeAlias = NDArray[np.uint8]
"""Pixels at the border: (H, W) grey or (H, W, 3) RGB, 0 to 255."""

FloatArray: TypeAlias = NDArray[np.float32]
"""Pixels inside ([0, 1] grey), boxes, probabilities."""

IntArray: TypeAlias = NDArray[np.int64]
"""Counts, class numbers, indices."""

AnyArray: TypeAlias = NDArray[Any]
"""An array that has not been checked yet."""
