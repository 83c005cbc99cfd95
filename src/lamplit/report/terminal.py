"""Results in the terminal: a table of faces, the failures with their reasons, and a line of counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from lamplit.core.values import Box, Face, FrameResult, InputResult, LightReading

# Names from the terminal's own sixteen colours: whoever chose a dark or light ground chose them to fit.
_FAILED = "bold red"
_BAR = "cyan"
_MUTED = "dim"

_BAR_CELLS = 5
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def face_table(results: Iterable[InputResult]) -> Table:
    """Lay out results for the terminal: one line per face, then the failed inputs with their reasons.

    Parameters
    ----------
    results : iterable of InputResult
        What became of the inputs.

    Returns
    -------
    rich.table.Table
        To print with a `rich.console.Console`. It fits 80 columns, where long names lose their front, and
        shows more of them in 120. Colour says nothing that the words do not, so it may be piped.

    Notes
    -----
    The light is that of the face, or of the picture where there is no face: the words of its verdict,
    "unusable" where no answer can be trusted, and the mean grey level. The box is given as left,top and
    width x height in pixels. An expression with a question mark does not stand (`Face.verdict`).

    Examples
    --------
    >>> results = [InputResult(source="[red]x[/].jpg", status="empty", message="there are no bytes")]
    >>> Console(width=60).print(face_table(results))
    [red]x[/].jpg  empty  there are no bytes
    """
    faces, failures = _faces_table(), _failures_table()
    for result in results:
        if result.frame is None:
            failures.add_row(_name(result.source), Text(result.status, _FAILED), literal(result.message))
        else:
            _add_faces(faces, result.source, result.frame, result.status)
    whole = Table.grid()
    parts = [part for part in (faces, failures) if part.row_count]
    for number, part in enumerate(parts, start=1):
        whole.add_row(part)
        if number < len(parts):
            whole.add_row("")
    return whole


def summary_line(statuses: Mapping[str, int]) -> str:
    """Count the inputs of a run in one line.

    Parameters
    ----------
    statuses : mapping of str to int
        How many inputs ended with each status, such as a `collections.Counter` of `InputResult.status`.

    Returns
    -------
    str
        The total, then "ok" and "no face", then all others together as failed, the most frequent first.

    Examples
    --------
    >>> print(summary_line({"ok": 912, "no face": 38, "empty": 20, "truncated": 30}))
    1,000 pictures: 912 ok, 38 no face, 50 failed (30 truncated, 20 empty)
    >>> print(summary_line({"ok": 1}))
    1 picture: 1 ok
    """
    counts = {status: count for status, count in statuses.items() if count}
    total = sum(counts.values())
    parts = [f"{counts.pop(status):,} {status}" for status in ("ok", "no face") if status in counts]
    if counts:
        by_number = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        reasons = ", ".join(f"{count:,} {status}" for status, count in by_number)
        parts.append(f"{sum(counts.values()):,} failed ({reasons})")
    pictures = f"{total:,} {'picture' if total == 1 else 'pictures'}"
    return f"{pictures}: {', '.join(parts)}" if parts else pictures


def literal(text: str) -> Text:
    r"""Take a text as it is: no markup, and what does not print as escapes.

    Parameters
    ----------
    text : str
        Any text, such as the name of a file; it may hold escape codes and lone surrogates.

    Returns
    -------
    rich.text.Text
        To print with a `rich.console.Console`.

    Examples
    --------
    >>> print(literal("[red]a\x1b[31m.jpg"))
    [red]a\x1b[31m.jpg
    """
    visible = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return Text("".join(visible))


def _faces_table() -> Table:
    """Make the empty table of faces."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("picture", min_width=10)
    table.add_column("face", justify="right", no_wrap=True)
    table.add_column("expression", no_wrap=True)
    table.add_column("probability", no_wrap=True, min_width=_BAR_CELLS + 5)
    table.add_column("runner-up", min_width=9)
    table.add_column("light", min_width=11)
    table.add_column("box", min_width=9)
    return table


def _failures_table() -> Table:
    """Make the empty table of failed inputs."""
    table = Table.grid(padding=(0, 2))
    table.add_column("picture", min_width=10)
    table.add_column("status", no_wrap=True)
    table.add_column("reason", overflow="fold")
    return table


def _add_faces(table: Table, source: str, frame: FrameResult, status: str) -> None:
    """Add the rows of one picture that could be analysed."""
    if not frame.faces:
        size = Text(f"{frame.width}x{frame.height}", _MUTED)
        table.add_row(_name(source), "", Text(status, _MUTED), "", "", _light(frame.light), size)
    for number, face in enumerate(frame):  # from 0, as in the tables that --out writes
        table.add_row(
            _name(source),
            str(number),
            _expression(face),
            _Bar(face.probability),
            _runner_up(face),
            _light(face.light),
            _place(face.box),
        )


def _expression(face: Face) -> Text:
    """Name the expression; a question mark says that the answer does not stand."""
    return Text(face.expression, "bold") if face.verdict == "ok" else Text(f"{face.expression}?", _MUTED)


def _runner_up(face: Face) -> _Fitting:
    """Name the second most probable expression."""
    ranked = sorted(face.probabilities.items(), key=lambda item: -item[1])[1:2]
    return _parts(*(text for label, value in ranked for text in (label, f"{value:.0%}")), joint=" ")


def _light(light: LightReading) -> _Fitting:
    """Say the verdict on the light and its mean."""
    words = [*light.verdict, *([] if light.usable else ["unusable"])]
    texts = (f"{'+'.join(words)} {light.mean:.2f}", "\n".join([*words, f"{light.mean:.2f}"]))
    style = "" if light.usable else _FAILED
    return _Fitting(tuple(Text(text, style) for text in texts), narrowest=max(map(len, (*words, "0.00"))))


def _place(box: Box) -> _Fitting:
    """Say where a box is."""
    return _parts(f"{box.x1:.0f},{box.y1:.0f}", f"{box.width:.0f}x{box.height:.0f}", joint=" ", style=_MUTED)


def _name(source: str) -> _Fitting:
    """Show a source in full, or its last part, or the end of that."""
    full = literal(source)
    return _Fitting((full, Text(PurePath(full.plain).name or full.plain)), narrowest=min(10, full.cell_len))


def _parts(*parts: str, joint: str, style: str = "") -> _Fitting:
    """Set parts side by side where they fit, else one under the other."""
    texts = (Text(joint.join(parts), style), Text("\n".join(parts), style))
    return _Fitting(texts, narrowest=max((cell_len(part) for part in parts), default=0))


@dataclass(frozen=True)
class _Fitting:
    """A cell that takes the first of its texts that fits, else the end of the last."""

    texts: tuple[Text, ...]
    narrowest: int

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self.narrowest, max(_widest_line(text) for text in self.texts))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        fitting = [text for text in self.texts if _widest_line(text) <= width]
        yield fitting[0] if fitting else _end_of(self.texts[-1], width, "." if options.ascii_only else "…")


@dataclass(frozen=True)
class _Bar:
    """A cell with a probability as a bar and in percent."""

    share: float

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(_BAR_CELLS + 5, _BAR_CELLS + 5)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.ascii_only:
            bar = "#" * round(self.share * _BAR_CELLS)
        else:
            whole, eighths = divmod(round(self.share * _BAR_CELLS * 8), 8)
            bar = _EIGHTHS[-1] * whole + (_EIGHTHS[eighths] if eighths else "")
        yield Text.assemble((f"{bar:<{_BAR_CELLS}}", _BAR), f" {self.share:>4.0%}")


def _widest_line(text: Text) -> int:
    """Return the width of a text's widest line, in terminal cells."""
    return max((cell_len(line) for line in text.plain.split("\n")), default=0)


def _end_of(text: Text, width: int, mark: str) -> Text:
    """Cut the front of a text away, leaving a mark."""
    kept = text.plain
    while kept and cell_len(mark + kept) > width:
        kept = kept[1:]
    return Text(mark + kept, text.style)
