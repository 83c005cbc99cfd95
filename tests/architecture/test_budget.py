"""Files and functions stay short enough to be read in one go."""

from __future__ import annotations

import ast
from statistics import median, quantiles

from sources import modules

FILE_MEDIAN, FILE_MOST = 150, 400
FUNCTION_MEDIAN, FUNCTION_P90, FUNCTION_MOST = 8, 30, 60
MOST_PARAMETERS = 6


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring: what has to be followed, not what explains it."""
    body = function.body
    docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    explained = (body[0].end_lineno or 0) - body[0].lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - explained


def test_files_are_short() -> None:
    lengths = {m.name: len(m.path.read_text(encoding="utf-8").splitlines()) for m in modules()}
    assert median(lengths.values()) <= FILE_MEDIAN
    assert not {name: n for name, n in lengths.items() if n > FILE_MOST}


def test_functions_are_short() -> None:
    lengths = {f"{m.name}:{f.name}": code_lines(f) for m in modules() for f in m.functions()}
    assert median(lengths.values()) <= FUNCTION_MEDIAN
    assert quantiles(lengths.values(), n=10)[-1] <= FUNCTION_P90
    assert not {name: n for name, n in lengths.items() if n > FUNCTION_MOST}


def test_functions_take_few_parameters() -> None:
    # A command's parameters are its options and a constructor's are its settings, named by whoever calls.
    many = {}
    for module in modules():
        for function in module.functions():
            settings = module.package == "cli" or function.name == "__init__"
            names = [
                a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            ]
            count = len([name for name in names if name not in ("self", "cls")])
            if count > MOST_PARAMETERS and not settings:
                many[f"{module.name}:{function.name}"] = count
    assert not many
