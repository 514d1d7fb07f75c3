"""Checks of DeepSpeed settings that neither facts nor combinations of keys can express."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.document import Entry, Mapping, Scalar, follow
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit


def stage_three_keys(context: CheckContext) -> Iterator[Hit]:
    """`stage3_*` settings under a stage that never reads them, so that they may go."""
    from recipelint.engine.remedies import removal

    section = _mapping(context.document.mapping, "zero_optimization")
    entry = section.find("stage") if section else None
    stage = _scalar(context, entry) if entry else None
    if section is None or isinstance(stage, bool) or not isinstance(stage, int) or stage >= 3:
        return
    for setting in section.effective():
        # Templates switch a feature of stage 3 off for every stage; false asks for nothing.
        if setting.key.startswith("stage3_") and _scalar(context, setting) is not False:
            yield Hit(
                setting.key_span,
                {"key": setting.key, "stage": stage},
                key=f"zero_optimization.{setting.key}",
                fix=removal(context.document, section, setting, safe=True),
            )


def clip_in_optimizer(context: CheckContext) -> Iterator[Hit]:
    """`max_grad_norm` among the optimizer's parameters."""
    params = _mapping(_mapping(context.document.mapping, "optimizer"), "params")
    entry = params.find("max_grad_norm") if params else None
    if entry is not None:
        yield Hit(entry.key_span, key="optimizer.params.max_grad_norm")


def search_under_zero_three(context: CheckContext) -> Iterator[Hit]:
    """`auto_find_batch_size` while the linked DeepSpeed file has stage 3."""
    root = context.document.mapping
    entry = root.find("auto_find_batch_size") if root else None
    if entry is None or _scalar(context, entry) is not True or context.recipe is None:
        return
    if any(p.value("parallel.zero_stage") == 3 for p in context.recipe.phases):
        yield Hit(entry.value.span, key="auto_find_batch_size")


def _mapping(parent: Mapping | None, key: str) -> Mapping | None:
    node = follow(parent.get(key)) if parent else None
    return node if isinstance(node, Mapping) else None


def _scalar(context: CheckContext, entry: Entry) -> object:
    node = follow(entry.value)
    return value(node, context.dialect.scalars) if isinstance(node, Scalar) else None
