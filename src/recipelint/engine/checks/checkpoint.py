"""Checks of saving and evaluating, in Hugging Face's Trainer and in nanotron."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recipelint.document import Entry, Mapping, Scalar, follow
from recipelint.document.scalars import number_in, value
from recipelint.engine.checks.base import CheckContext, Hit

_EVALUATION = ("eval_strategy", "evaluation_strategy")
_STRATEGIES = frozenset({"no", "steps", "epoch", "best"})
_SAVE_STEPS = 500.0


class _Arguments(NamedTuple):
    """The trainer's arguments as the file gives them."""

    root: Mapping
    context: CheckContext

    def plain(self, key: str) -> object:
        """The loader's value at `key`; None where there is no scalar."""
        node = follow(self.root.get(key))
        return value(node, self.context.dialect.scalars) if isinstance(node, Scalar) else None

    def entry(self, *keys: str) -> Entry | None:
        """The first of `keys` that the file has."""
        return next((e for k in keys if (e := self.root.find(k)) is not None), None)

    def strategy(self, keys: tuple[str, ...], default: str) -> str | None:
        """The strategy in words, or None where its value cannot be read."""
        entry = self.entry(*keys)
        if entry is None:
            return default
        found = self.plain(entry.key)
        if found is None:
            return default
        if found is False:
            return "no"  # unquoted `no`; transformers refuses it for a reason of its own
        return found if isinstance(found, str) and found in _STRATEGIES else None

    def steps(self, key: str) -> float | None:
        """A number of steps, or None where there is none or it is filled in later."""
        found = self.plain(key)
        if isinstance(found, str):
            found = number_in(found)
        return float(found) if isinstance(found, int | float) and found is not True else None


def _arguments(context: CheckContext) -> _Arguments | None:
    root = context.document.mapping
    return _Arguments(root, context) if root is not None else None


def best_without_evaluation(context: CheckContext) -> Iterator[Hit]:
    """`load_best_model_at_end` with strategies that differ, or steps that do not meet."""
    given = _arguments(context)
    if given is None or given.plain("load_best_model_at_end") is not True:
        return
    entry = given.root.find("load_best_model_at_end")
    evaluation = given.strategy(_EVALUATION, "no")
    saving = given.strategy(("save_strategy",), "steps")
    if entry is None or evaluation is None or saving in (None, "best"):
        return
    if evaluation != saving:
        reason = f"evaluation strategy is `{evaluation}` and the save strategy `{saving}`"
        yield Hit(entry.key_span, {"reason": reason}, key=entry.key)
    elif evaluation == "steps":
        yield from _steps_meet(given, entry)


def _steps_meet(given: _Arguments, entry: Entry) -> Iterator[Hit]:
    saving = given.steps("save_steps")
    if saving is None:
        saving = _SAVE_STEPS
    evaluating = given.steps("eval_steps") or given.steps("logging_steps")
    if evaluating is None or evaluating <= 0 or min(saving, evaluating) < 1:
        return
    if saving % evaluating:
        reason = f"save_steps {saving:g} is not a multiple of eval_steps {evaluating:g}"
        at = given.entry("save_steps", "eval_steps") or entry
        yield Hit(at.key_span, {"reason": reason}, key=at.key)


def evaluation_between_saves(context: CheckContext) -> Iterator[Hit]:
    """nanotron with S3 upload: `lighteval.eval_interval` that is no multiple of the saves."""
    root = context.document.mapping
    if root is None or not isinstance(follow(root.get("s3_upload")), Mapping):
        return
    evaluation, checkpoints = follow(root.get("lighteval")), follow(root.get("checkpoints"))
    if not isinstance(evaluation, Mapping) or not isinstance(checkpoints, Mapping):
        return
    every = _Arguments(evaluation, context).plain("eval_interval")
    saved = _Arguments(checkpoints, context).plain("checkpoint_interval")
    if type(every) is not int or type(saved) is not int or saved <= 0 or every % saved == 0:
        return
    entry = evaluation.find("eval_interval")
    if entry is not None:
        yield Hit(
            entry.value.span,
            {"evaluation": every, "save": saved},
            key="lighteval.eval_interval",
            fact="evaluation.interval",
        )
