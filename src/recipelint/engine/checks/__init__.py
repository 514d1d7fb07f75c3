"""Python checks: what a condition cannot say. A rule file names one and keeps the metadata.

Adding a check is adding a function to a module of this folder and a line to `CHECKS`. A module is
imported when a rule that runs needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from recipelint.engine.checks.base import Check, CheckContext, Hit


class Registry(Mapping[str, Check]):
    """Check functions by the names that rule files use, each imported when it is asked for."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """`places` says for each name in which module the function is, as `module:function`."""
        self._places = places
        self._found: dict[str, Check] = {}

    def __getitem__(self, name: str) -> Check:
        """The function. Raises KeyError for a name that is not known."""
        if name not in self._found:
            module, _, function = self._places[name].partition(":")
            self._found[name] = getattr(import_module(f"{__name__}.{module}"), function)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


CHECKS = Registry(
    {
        "schedule.continuity": "schedule:continuity",
        "schedule.refused_arguments": "schedule:refused_arguments",
        "schedule.dropped_arguments": "schedule:dropped_arguments",
        "schedule.minimum_arguments": "schedule:minimum_arguments",
        "checkpoint.best_without_evaluation": "checkpoint:best_without_evaluation",
        "checkpoint.evaluation_between_saves": "checkpoint:evaluation_between_saves",
        "references.misplaced": "references:misplaced",
        "suppressions.unused": "suppressions:judged_later",
        "suppressions.unknown": "suppressions:judged_later",
        "suppressions.unexplained": "suppressions:judged_later",
        "text.syntax": "text:syntax",
        "text.unreadable": "text:unreadable",
        "text.duplicate_key_refused": "text:duplicate_key_refused",
        "text.duplicate_key": "text:duplicate_key",
        "text.several_documents": "text:several_documents",
        "text.lenient_json": "text:lenient_json",
        "text.complex_key": "text:complex_key",
        "text.placeholder": "text:placeholder",
        "keys.unknown_refused": "keys:unknown_refused",
        "keys.misspelt_ignored": "keys:misspelt_ignored",
        "keys.unknown_ignored": "keys:unknown_ignored",
        "keys.renamed": "keys:renamed_key",
        "keys.missing": "keys:missing_key",
        "values.wrong_type": "values:wrong_type",
        "values.wrong_choice": "values:wrong_choice",
        "values.out_of_range": "values:out_of_range",
        "values.number_as_text": "values:number_as_text",
        "values.dotless_number": "values:dotless_number",
        "values.word_as_boolean": "values:word_as_boolean",
        "values.none_as_text": "values:none_as_text",
        "values.unusual_base": "values:unusual_base",
        "words.null_as_word": "words:null_as_word",
        "secrets.secret": "secrets:secret",
        "combinations.found": "combinations:found",
        "agreement.differ": "agreement:differ",
        "agreement.exceeds": "agreement:exceeds",
        "agreement.same": "agreement:same",
        "agreement.companion_missing": "agreement:companion_missing",
        "agreement.local_micro_batches": "agreement:local_micro_batches",
        "components.arguments": "components:unknown_arguments",
        "components.unknown": "components:unknown_callable",
        "components.gone": "components:gone_callable",
        "components.no_release_has_both": "components:no_release_has_both",
        "components.old_beside_new": "components:old_beside_new",
        "components.weights_in_metas_folder": "components:weights_in_metas_folder",
        "adapters.attention_only": "adapters:attention_only",
        "launcher.rank_out_of_range": "launcher:rank_out_of_range",
        "lists.lengths_differ": "lists:lengths_differ",
        "tokens.padding_is_end": "tokens:padding_is_end",
        "lists.weights_off_one": "lists:weights_off_one",
        "hardware.states_exceed": "hardware:states_exceed",
        "hardware.total_exceeds": "hardware:total_exceeds",
        "hardware.total_straddles": "hardware:total_straddles",
        "hardware.logits_large": "hardware:logits_large",
        "hardware.dtype_without_hardware": "hardware:dtype_without_hardware",
        "length.few_tokens_per_parameter": "length:few_tokens_per_parameter",
        "sharding.search_under_zero_three": "sharding:search_under_zero_three",
        "sharding.stage_three_keys": "sharding:stage_three_keys",
        "sharding.clip_in_optimizer": "sharding:clip_in_optimizer",
        "tasks.states_exceed": "tasks:states_exceed",
        "tasks.total_exceeds": "tasks:total_exceeds",
        "tasks.ends_too_early": "tasks:ends_too_early",
        "tasks.spot_without_retry": "tasks:spot_without_retry",
        "tasks.spot_without_checkpoint": "tasks:spot_without_checkpoint",
        "tasks.short_retry": "tasks:short_retry",
        "tasks.no_shared_memory": "tasks:no_shared_memory",
        "tasks.small_disk": "tasks:small_disk",
        "measured.loss_spike": "measured:loss_spike",
        "measured.loss_not_finite": "measured:loss_not_finite",
        "measured.loss_scale_collapse": "measured:loss_scale_collapse",
        "measured.gradient_growth": "measured:gradient_growth",
        "measured.balance_gradient": "measured:balance_gradient",
        "measured.rate_of_another_recipe": "measured:rate_of_another_recipe",
        "pipelines.refused_connections": "pipelines:refused_connections",
    }
)

__all__ = ["CHECKS", "Check", "CheckContext", "Hit"]
