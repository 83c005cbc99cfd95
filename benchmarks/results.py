"""Where benchmark results go, and what each of them says about how it came about."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks" / "results"
PACKAGES = ("lamplit", "numpy", "onnxruntime", "opencv-python-headless", "pillow", "torch")


def parse_data(description: str | None) -> Path:
    """Return the data folder from --data, else LAMPLIT_DATA, else its usual place."""
    folder: Path = data_parser(description).parse_args().data
    return folder


def data_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser that knows --data, for scripts with more to say."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    usual = os.environ.get("LAMPLIT_DATA", str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(usual), help="folder that holds the data sets")
    return parser


def write_result(name: str, figures: dict[str, Any]) -> None:
    """Write figures with commit, machine, versions and command to results/<name>.json, and print them."""
    result = {
        "question": name,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--", "src")),
        "command": f"python benchmarks/{Path(sys.argv[0]).name}",
        "machine": {"cpu": _cpu(), "cores": os.cpu_count(), "system": platform.system()},
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in PACKAGES},
        "figures": figures,
    }
    if result["uncommitted_changes"]:
        print("src has uncommitted changes: this result does not say which code it comes from")
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _git(*words: str) -> str:
    """Return what git answers, or nothing where there is no git."""
    command = ["git", "-C", str(ROOT), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _version(package: str) -> str:
    """Return the installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cpu() -> str:
    """Return the processor's name and its instructions that matter for speed."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in pairs}
    flags = fields.get("flags", "").split()
    wide = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    return f"{fields.get('model name', platform.machine())} ({', '.join(wide)})"
