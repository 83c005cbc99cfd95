"""Command groups that do their main job without being told its name."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class DefaultCommandGroup(TyperGroup):
    """A group whose first command runs when the first word names none of the others.

    `lamplit light photo.jpg` reads the light of a picture, and `lamplit light build-templates` builds
    templates: the first command registered under `light` takes what is no command's name.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the first command's name before what is neither a command nor a cry for help."""
        first, *_ = self.commands
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [first, *args]
        return super().parse_args(ctx, args)
