"""Entry point of the command: subcommands, --version, and errors as one line with the next step."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from lamplit.cli.analyze import analyze
from lamplit.cli.build_templates import build_templates
from lamplit.cli.calibrate import calibrate
from lamplit.cli.consoles import messages_console
from lamplit.cli.duplicates import duplicates
from lamplit.cli.evaluate import evaluate
from lamplit.cli.evaluate_cascade import evaluate_cascade
from lamplit.cli.evaluate_light import evaluate_light
from lamplit.cli.evaluate_normalization import light_normalization
from lamplit.cli.flow import flow
from lamplit.cli.groups import DefaultCommandGroup
from lamplit.cli.light_reading import light
from lamplit.cli.quantize import quantize
from lamplit.cli.show_cascade import show_cascade
from lamplit.cli.texture import texture
from lamplit.cli.train import train
from lamplit.cli.train_cascade import train_cascade
from lamplit.cli.weights import weights
from lamplit.core.errors import LamplitError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class _Commands(TyperGroup):
    """The subcommands; what stops one ends in a line on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LamplitError as error:
            line = f"[bold red]lamplit:[/] {escape(str(error))}"
            messages_console().print(line, soft_wrap=True, highlight=False)
            raise typer.Exit(EXIT_USAGE) from error
        except KeyboardInterrupt as error:  # caught here because Typer would leave without a word
            messages_console().print("lamplit: stopped; what was written so far is kept")
            raise typer.Exit(EXIT_INTERRUPTED) from error


_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


def _group(name: str, help_text: str, commands: dict[str, Callable[..., None]]) -> typer.Typer:
    """Return a group of commands; the first one runs when none is named."""
    group = typer.Typer(
        name=name,
        cls=DefaultCommandGroup,
        help=help_text,
        context_settings=_HELP_OPTIONS,
    )
    for word, command in commands.items():
        group.command(word, context_settings=_HELP_OPTIONS)(command)
    return group


_evaluate = _group(
    "evaluate",
    "Measure weights: on a labelled split (without a subcommand), as a function of light, or as a cascade.",
    {
        "split": evaluate,
        "light": evaluate_light,
        "light-normalization": light_normalization,
        "cascade": evaluate_cascade,
    },
)
_light = _group(
    "light",
    "Read the light of pictures (without a subcommand), or build what relights faces.",
    {"read": light, "build-templates": build_templates},
)
_data = _group(
    "data",
    "Look into data sets: pictures of one split that stand in another.",
    {"duplicates": duplicates},
)
_weights = _group(
    "weights",
    "List what comes with lamplit (without a subcommand), or make weights in 8 bits of weights in float.",
    {"list": weights, "quantize": quantize},
)
_cascade = _group(
    "cascade",
    "Boosted cascades for detection: show what one is made of (without a subcommand), or train one.",
    {"show": show_cascade, "train": train_cascade},
)

app = typer.Typer(
    name="lamplit",
    cls=_Commands,
    help="Facial expressions from pictures, in good light and bad.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_HELP_OPTIONS,
)
for _command in (analyze, flow, texture, train, calibrate):
    app.command()(_command)
for _commands in (_evaluate, _light, _data, _weights, _cascade):
    app.add_typer(_commands)


def _show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        print(f"lamplit {version('lamplit')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Facial expressions from pictures, in good light and bad."""


def main() -> None:
    """Run the command; leave with 0 when all went well, 1 when inputs failed, 2 when it could not start."""
    app()
