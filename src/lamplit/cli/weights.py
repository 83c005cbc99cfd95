"""`lamplit weights`: the cards of the weights and other data that come with lamplit."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from lamplit.cli.consoles import results_console
from lamplit.weights.assets import AssetCard, list_assets
from lamplit.weights.cards import WeightsCard
from lamplit.weights.registry import SIZES, list_weights


def weights(
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole cards as JSON.")] = False,
) -> None:
    """List the networks and other data that come with lamplit: what each is, made of what, reaching what."""
    cards: list[WeightsCard | AssetCard] = [*list_weights(), *list_assets()]
    if as_json:
        print(json.dumps([dataclasses.asdict(card) for card in cards], indent=2, ensure_ascii=False))
        return
    for card in cards:
        results_console().print(_card_table(card))


def _card_table(card: WeightsCard | AssetCard) -> Table:
    """Return a card as a table."""
    table = Table(
        title=f"[bold]{escape(card.name)}[/]", title_justify="left", show_header=False, box=box.SIMPLE
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _asset_rows(card) if isinstance(card, AssetCard) else _weights_rows(card):
        table.add_row(name, escape(value))
    return table


def _asset_rows(card: AssetCard) -> list[tuple[str, str]]:
    """Return what the table says of data that is no network, row by row."""
    rows = [
        ("file", f"{card.file}, {card.size_bytes / 1e6:.1f} MB"),
        ("SHA-256", card.sha256),
        ("what", card.what),
        ("built by", f"{card.command}, commit {card.commit}"),
        ("licence", card.licence),
    ]
    return rows + [("made of", _source_line(data)) for data in card.source_data]


def _source_line(data: Mapping[str, Any]) -> str:
    """Say what data something was made of; of many pictures nobody knows how many people they show."""
    people = f", {data['people']} people" if "people" in data else ""
    return f"{data['name']}, {data['pictures']:,} pictures{people}. Terms: {data['terms']}"


def _weights_rows(card: WeightsCard) -> list[tuple[str, str]]:
    """Return what the table says of a network, row by row."""
    rows = [
        *(("size", size) for size, name in SIZES.items() if name == card.name),
        ("file", f"{card.file}, {card.size_bytes / 1e6:.1f} MB, {card.parameters:,} parameters"),
        ("SHA-256", card.sha256),
        ("input", f"{card.input_size} x {card.input_size} grey; {card.preprocessing['normalisation']}"),
        ("labels", ", ".join(card.labels)),
        ("temperature", _temperature_line(card)),
        ("recipe", f"{card.recipe['name']}, {card.recipe['epochs']} epochs, commit {card.commit}"),
        ("licence", card.licence),
    ]
    rows += [("trained on", _data_line(data)) for data in card.training_data]
    return rows + [("measured", _metric_line(metric)) for metric in card.metrics]


def _temperature_line(card: WeightsCard) -> str:
    """Return the temperature and how it follows the light."""
    temperature = card.light_temperature
    if not temperature.noise and not temperature.surround:
        return f"{temperature.good:g} in all light"
    losses = f"{temperature.noise:g} per stop lost to noise and {temperature.surround:g} per squared stop"
    return f"{temperature.good:g} in good light; 1 / temperature falls by {losses} lost to the surround"


def _data_line(data: dict[str, Any] | Any) -> str:
    """Return one data set as a line."""
    return (
        f"{data['name']} {data['split']}, {data['faces']:,} faces; {data['source']}. Terms: {data['terms']}"
    )


def _metric_line(metric: dict[str, Any] | Any) -> str:
    """Return one set of figures as a line."""
    faces = (
        f"{metric['dataset']} {metric['split']}, {metric['protocol']}, {metric['labels']}, "
        f"{metric['passes']}, {metric['faces']:,} faces"
    )
    names = {"accuracy": "accuracy", "macro_f1": "macro F1", "log_loss": "log loss"}
    names["calibration_error"] = "calibration error"
    return f"{faces}: " + ", ".join(f"{name} {metric[key]:.4f}" for key, name in names.items())
