"""A group whose first command needs no name, in an application of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from lamplit.cli.groups import DefaultCommandGroup


def application() -> typer.Typer:
    app = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]}, add_completion=False)
    light = typer.Typer(cls=DefaultCommandGroup)

    @light.command()
    def read(
        paths: list[str],
        as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
        bins: Annotated[int, typer.Option("--bins", "-b", help="How many.")] = 8,
    ) -> None:
        """Read the light."""
        print("read", paths, as_json, bins)

    @light.command()
    def build(data: Annotated[str, typer.Option(help="Where from.")] = "here") -> None:
        """Build templates."""
        print("build", data)

    app.add_typer(light, name="light", help="Read light, or build templates.")

    @app.command()
    def other() -> None:
        """Do something else."""
        print("other")

    return app


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *words: CliRunner().invoke(application(), list(words))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["photo.jpg"], "read ['photo.jpg'] False 8"),
        (["a.jpg", "b.jpg"], "read ['a.jpg', 'b.jpg'] False 8"),
        (["read", "photo.jpg"], "read ['photo.jpg'] False 8"),
        (["photo.jpg", "--json"], "read ['photo.jpg'] True 8"),
        (["--json", "photo.jpg"], "read ['photo.jpg'] True 8"),
        (["-b", "4", "photo.jpg"], "read ['photo.jpg'] False 4"),
        (["--bins=4", "photo.jpg"], "read ['photo.jpg'] False 4"),
        (["./build"], "read ['./build'] False 8"),
        (["a.jpg", "build"], "read ['a.jpg', 'build'] False 8"),
        (["--", "--odd-name.jpg"], "read ['--odd-name.jpg'] False 8"),
        (["build"], "build here"),
        (["build", "--data", "there"], "build there"),
    ],
    ids=" ".join,
)
def test_what_is_no_commands_name_goes_to_the_first(
    run: Callable[..., Any], words: list[str], said: str
) -> None:
    result = run("light", *words)
    assert (result.exit_code, result.output.strip()) == (0, said)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_that_of_the_group_and_names_all_commands(run: Callable[..., Any], flag: str) -> None:
    result = run("light", flag)
    assert result.exit_code == 0
    assert "Read light, or build templates." in result.output
    assert all(words in result.output for words in ("read", "Read the light.", "build", "Build templates."))
    assert "--bins" not in result.output


@pytest.mark.parametrize(("command", "option"), [("read", "--bins"), ("build", "--data")])
def test_each_command_keeps_its_own_help(run: Callable[..., Any], command: str, option: str) -> None:
    result = run("light", command, "--help")
    assert result.exit_code == 0
    assert option in result.output


@pytest.mark.parametrize("words", [[], ["--no-such-option", "a.jpg"], ["--bins", "many", "a.jpg"]], ids=str)
def test_what_the_first_command_refuses_ends_with_2(run: Callable[..., Any], words: list[str]) -> None:
    result = run("light", *words)
    assert result.exit_code == 2
    assert "light read" in result.output, "the usage names the command that was meant"


def test_other_commands_are_not_touched(run: Callable[..., Any]) -> None:
    assert run("other").output == "other\n"
    assert run("photo.jpg").exit_code == 2
