from __future__ import annotations

import sys
from pathlib import Path

# Drawn faces stand beside the tests of scenes; those of the detector use them as well.
sys.path.insert(0, str(Path(__file__).parent))
