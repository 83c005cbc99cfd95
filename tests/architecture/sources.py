"""The source tree as the architecture tests see it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "lamplit"


@dataclass(frozen=True)
class Module:
    """A source file with its syntax tree."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path below src/lamplit, for messages."""
        return str(self.path.relative_to(SOURCE))

    @property
    def package(self) -> str:
        """Subpackage that it belongs to, or "" for the root's own files."""
        parts = self.path.relative_to(SOURCE).parts
        return parts[0] if len(parts) > 1 else ""

    def imports(self) -> list[tuple[str, int]]:
        """Every module that is imported anywhere in the file, with its line; relative imports as "."."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                # `from lamplit import light` imports lamplit.light as far as levels go, and the root as well.
                found += [(base, node.lineno)]
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require" and node.args:
                found += (
                    [(str(ast.literal_eval(node.args[0])), node.lineno)]
                    if isinstance(node.args[0], ast.Constant)
                    else []
                )
        return found

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method."""
        return [n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def modules() -> list[Module]:
    """Every source file, sorted by path."""
    return [
        Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(SOURCE.rglob("*.py"))
    ]
