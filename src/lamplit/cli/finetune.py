"""`lamplit train` with a recipe that fine-tunes: people's own data in, weights, card and report out."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress, TaskID
from rich.table import Table

from lamplit.cli.consoles import counting_progress, messages_console
from lamplit.cli.finetune_report import EACH_LEFT_OUT, PROTOCOL, Answers, write_report
from lamplit.core.arrays import FloatArray
from lamplit.core.files import make_folder
from lamplit.evaluation.classifier import Evaluation, evaluate_classifier
from lamplit.evaluation.metrics import classification_metrics
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.training.devices import require_one_process
from lamplit.training.finetune import FineTuner, leave_people_out, tune_on
from lamplit.training.finetuning import tuning_of
from lamplit.training.own_data import OwnData, read_own_data
from lamplit.training.progress import TrainingProgress
from lamplit.training.publish_own import check_folder, publish_own
from lamplit.training.recipe import Recipe
from lamplit.training.state import EpochRow
from lamplit.weights.cards import WeightsCard
from lamplit.weights.registry import FLOAT_EXPRESSION
from lamplit.weights.store import load_weights


def finetune(
    recipe: Recipe, path: Path, folder: Path, *, name: str, hidden: bool
) -> tuple[list[Table], list[str]]:
    """Fine-tune, measure and report; return tables, and lines that say where everything is."""
    require_one_process("fine-tuning")
    start = load_weights(tuning_of(recipe.name, recipe.finetune).weights or FLOAT_EXPRESSION)
    with counting_progress(hidden=hidden) as progress:
        steps = _Steps(progress, recipe.epochs, folder, hidden=hidden)
        data = read_own_data(recipe, path, on_step=steps.on_step)
        check_folder(folder, name, data)
        make_folder(folder)
        tuner = FineTuner(recipe, start, data.training, observer=steps)
        everybody = data.report is None
        left_out = leave_people_out(tuner, folder, on_person=steps.on_person) if everybody else None
        tuned = tune_on(tuner, data, folder)
        card = publish_own(tuned, data, folder, name=name, start=start[0])
        evaluation = _evaluation(card, data, folder, left_out)
    protocol = EACH_LEFT_OUT if everybody else PROTOCOL
    answers = Answers(data.report or data.training, data.protocol, protocol, data.refused, evaluation)
    return write_report(card, answers, tuned.choice, folder)


class _Steps:
    """A bar for each thing that is done, and the log of gradient descent where there is any."""

    def __init__(self, progress: Progress, epochs: int, folder: Path, *, hidden: bool) -> None:
        self.progress = progress
        self.epochs = epochs
        console = progress.console if progress.console.is_terminal else messages_console()
        console.quiet = hidden
        self._log = TrainingProgress(epochs, folder, console)
        self._tasks: dict[str, TaskID] = {}

    def on_step(self, what: str, done: int, total: int) -> None:
        """Move the bar of what is done."""
        if what not in self._tasks:
            self._tasks[what] = self.progress.add_task(what, total=total)
        self.progress.update(self._tasks[what], completed=done, total=total)

    def on_person(self, done: int, total: int) -> None:
        """Move the bar of people."""
        self.on_step("leaving people out", done, total)

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float, accuracy: float) -> None:
        """Move the bar of gradient descent."""
        self.on_step("gradient descent", (epoch - 1) * n_batches + batch, n_batches * self.epochs)

    def on_epoch(self, history: list[EpochRow]) -> None:
        """Write log and curves, and print the epoch's line."""
        self._log.on_epoch(history)


def _evaluation(card: WeightsCard, data: OwnData, folder: Path, left_out: FloatArray | None) -> Evaluation:
    """Measure the weight file on the report's faces, or what networks without each person said of them."""
    faces = data.report or data.training
    if left_out is not None:
        people = faces.pictures.people  # known, for each was left out once
        metrics = classification_metrics(left_out, faces.pictures.classes, card.speaks, people=people)
        return Evaluation(probabilities=left_out, metrics=metrics, six=None)
    predict_proba = ExpressionClassifier(folder / card.file).predict_proba
    crops = faces.crops(card.input_size)
    return evaluate_classifier(predict_proba, crops, faces.pictures.classes, labels=card.speaks)
