"""Without the extra `train`, the packages import and the modules name the extra."""

from __future__ import annotations

import subprocess
import sys

import pytest

HIDE = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hide())
import lamplit.evaluation, lamplit.report
from lamplit.core.errors import MissingExtraError
try:
    import {module}
except MissingExtraError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("sklearn", "lamplit.evaluation.metrics"),
        ("matplotlib", "lamplit.report.plots"),
        ("jinja2", "lamplit.report.page"),
    ],
)
def test_a_missing_extra_is_named(package: str, module: str) -> None:
    program = HIDE.format(package=package, module=module)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"the package '{package}'" in run.stdout
    assert "pip install -e '.[train]'" in run.stdout


def test_the_packages_do_not_load_the_extra() -> None:
    program = (
        "import sys, lamplit.evaluation, lamplit.report;"
        "print(sorted({'sklearn', 'matplotlib', 'jinja2'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
