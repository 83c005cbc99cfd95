"""`import lamplit` loads the standard library and NumPy alone, and the main job loads no training library."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROBE = """
import json, sys
before = set(sys.modules)
{statement}
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""


def loaded_by(statement: str) -> set[str]:
    command = [sys.executable, "-c", PROBE.format(statement=statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stdout))


def test_import_loads_standard_library_and_numpy_only() -> None:
    foreign = loaded_by("import lamplit") - set(sys.stdlib_module_names) - {"lamplit", "numpy"}
    assert not foreign


@pytest.mark.parametrize(
    "statement",
    ["import lamplit; lamplit.Analyzer, lamplit.detect_faces, lamplit.light", "import lamplit.cli.app"],
)
def test_main_job_loads_no_training_library(statement: str) -> None:
    heavy = {"torch", "lightning_fabric", "sklearn", "matplotlib", "jinja2", "scipy", "pyarrow", "onnx"}
    heavy |= {"numba"}
    assert not loaded_by(statement) & heavy
