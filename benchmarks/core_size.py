"""How much disk a fresh environment with lamplit, without extras, takes.

python benchmarks/core_size.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from results import ROOT, write_result


def megabytes(folder: Path) -> float:
    """Return what the files of a folder take on disk, in blocks of the file system."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return round(sum(path.stat().st_blocks * 512 for path in files) / 1e6, 1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "venv"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, ROOT], check=True, stderr=subprocess.DEVNULL)
        packages = next((environment / "lib").iterdir()) / "site-packages"
        sizes = {path.name: megabytes(path) for path in packages.iterdir() if path.is_dir()}
        largest = dict(sorted(sizes.items(), key=lambda item: -item[1])[:10])
        write_result("core_size", {"environment_mb": megabytes(environment), "largest_mb": largest})


if __name__ == "__main__":
    main()
