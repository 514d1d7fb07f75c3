"""llm-foundry: YAML read by OmegaConf, whose times carry a unit (`100ba`, `1ep`, `0.1dur`).

Read from llm-foundry 0.22.0 (utils/config_utils.py, models/mpt, optim) and composer 0.32.1
(optim/decoupled_weight_decay.py, optim/scheduler.py, utils/parallelism.py).
"""

from __future__ import annotations

from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.dialects.common import (
    amount,
    decide,
    has_mapping,
    is_null,
    is_open,
    learned_positions,
    number,
    own_kv_heads,
    read_betas,
    text,
)
from recipelint.dialects.conversions import FSDP_STAGES, autocast, kept, one_of, or_zero
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_A = "model.attn_config."
_F = "model.ffn_config."
_O = "model.config_overrides."
_family = one_of(
    {
        "decoupled_adamw": "adam",
        "decoupled_lionw": "lion",
        "adalr_lion": "lion",
        "clip_lion": "lion",
    }
)
_kind = one_of(
    {
        "cosine_with_warmup": "cosine",
        "linear_decay_with_warmup": "linear",
        "constant_with_warmup": "constant",
        "inv_sqrt_with_warmup": "inverse_sqrt",
    }
)
_EXPERTS = ("mb_moe", "mb_dmoe", "torch_dmoe")
_KV_HEADS = ("multiquery_attention", "grouped_query_attention")
_MARKS = (
    "max_duration",
    "global_train_batch_size",
    "device_train_microbatch_size",
    "device_eval_batch_size",
    "eval_interval",
    "max_seq_len",
    "fsdp_config",
)


ROWS = (
    Row("optimizer.name", "optimizer.name"),
    Row("optimizer.family", "optimizer.name", convert=_family),
    Row("optimizer.learning_rate", "optimizer.lr"),
    Row("schedule.name", "scheduler.name"),
    Row("schedule.kind", "scheduler.name", convert=_kind),
    Row("batch.global_batch", "global_train_batch_size"),
    Row("batch.micro_batch", "device_train_microbatch_size"),
    Row("batch.sequence_length", "max_seq_len"),
    Row("precision.compute", "precision", default="bf16", convert=autocast),
    Row("parallel.tp", "tp_config.tensor_parallel_degree"),
    Row("parallel.dp_replicate", "fsdp_config.data_parallel_replicate_degree"),
    Row("parallel.ep", _F + "moe_world_size"),
    Row("checkpoint.keep", "save_num_checkpoints_to_keep", convert=kept),
    Row("run.seed", "seed", default=17),
    Row("run.name", "run_name"),
    Row("run.output", "save_folder"),
    Row("data.tokenizer", "tokenizer.name"),
    Row("adapter.rank", "model.peft_config.r"),
    Row("adapter.alpha", "model.peft_config.lora_alpha"),
    Row("adapter.dropout", "model.peft_config.lora_dropout"),
    Row("adapter.rslora", "model.peft_config.use_rslora"),
)

MPT_ROWS = (
    Row("model.layers", "model.n_layers", default=24),
    Row("model.hidden_size", "model.d_model", default=2048),
    Row("model.attention.heads", "model.n_heads", default=16),
    Row("model.attention.head_dim", "model.head_dim"),
    Row("model.vocab_size", "model.vocab_size", default=50368),
    Row("model.max_position", "model.max_seq_len", default=2048),
    Row("model.tie_embeddings", "model.tie_word_embeddings", default=True),
    Row("model.dropout", "model.resid_pdrop", default=0.0),
    Row("model.attention.dropout", _A + "attn_pdrop", default=0.0),
    Row("model.attention.implementation", _A + "attn_impl", default="flash"),
    Row("model.attention.window", _A + "sliding_window_size", default=0, convert=or_zero),
    Row("model.attention.logit_softcap", _A + "attn_logit_softcapping", default=0),
    Row("model.norm.eps", "model.norm_eps", default=1e-5),
    Row("data.document_mask", _A + "attn_uses_sequence_id", default=False),
)

OVERRIDES = (
    Row("model.layers", _O + "num_hidden_layers"),
    Row("model.layers", _O + "n_layer"),
    Row("model.hidden_size", _O + "hidden_size"),
    Row("model.hidden_size", _O + "n_embd"),
    Row("model.attention.heads", _O + "num_attention_heads"),
    Row("model.attention.kv_heads", _O + "num_key_value_heads"),
    Row("model.ffn_size", _O + "intermediate_size"),
    Row("model.vocab_size", _O + "vocab_size"),
    Row("model.max_position", _O + "max_position_embeddings"),
    Row("model.rope.theta", _O + "rope_theta"),
    Row("model.attention.implementation", "model.attn_implementation"),
)


def is_training(root: Mapping) -> bool:
    """A training loader and a named model, beside two of the trainer's own keys."""
    model, loader = has_mapping(root, "model"), has_mapping(root, "train_loader")
    if model is None or loader is None or "name" not in model:
        return False
    return sum(key in root for key in _MARKS) >= 2


def recognise(root: Mapping, name: str) -> bool:
    """A training recipe; evaluation and conversion files have no `train_loader`."""
    return is_training(root)


def translate(reader: Reader) -> list[Phase]:
    """One phase."""
    reader.read(ROWS)
    _stage(reader)
    if text(reader, "model.name") in ("mpt_causal_lm", "mosaic_gpt"):
        _mpt(reader)
    else:
        _pretrained(reader)
    _optimizer(reader)
    _schedule(reader)
    _length(reader)
    _sharding(reader)
    _saving(reader)
    _adapter(reader)
    return [reader.phase]


def _stage(reader: Reader) -> None:
    loader = text(reader, "train_loader.name")
    own = text(reader, "model.name") in ("mpt_causal_lm", "mosaic_gpt")
    starts = own or reader.plain("model.pretrained") is False
    if loader == "finetuning":
        reader.state("run.stage", "sft", "train_loader.name")
        packing = reader.has("train_loader.dataset.packing_ratio")
        decide(reader, "data.packing", "train_loader.dataset.packing_ratio", packing)
    elif loader == "text" and starts and not reader.has("load_path"):
        reader.state("run.stage", "pretrain", "train_loader.name")
    elif loader == "text" and not reader.has("load_path"):
        reader.state("run.stage", "midtrain", "train_loader.name")
    else:
        reader.missing("run.stage", Absence.UNKNOWN, "the loader and the weights do not tell")
    if reader.has("load_path"):
        reader.state("run.resume", True, "load_path")
        only = reader.plain("load_weights_only")
        decide(reader, "run.resume_optimizer", "load_weights_only", only is not True)


def _mpt(reader: Reader) -> None:
    reader.read(MPT_ROWS)
    norm = text(reader, "model.norm_type") or "low_precision_layernorm"
    decide(
        reader, "model.norm.kind", "model.norm_type", "rmsnorm" if "rms" in norm else "layernorm"
    )
    biased = reader.plain("model.no_bias") is not True
    own = reader.plain("model.attention_bias")
    for fact in ("model.mlp_bias", "model.attention.output_bias", "model.norm.bias"):
        decide(reader, fact, "model.no_bias", biased)
    key = "model.attention_bias" if isinstance(own, bool) else "model.no_bias"
    decide(reader, "model.attention.qkv_bias", key, own if isinstance(own, bool) else biased)
    _kv_heads(reader)
    _qk_norm(reader)
    _ffn(reader)
    _positions(reader)


def _kv_heads(reader: Reader) -> None:
    kind = text(reader, _A + "attn_type") or "multihead_attention"
    if kind == "multiquery_attention":
        reader.state("model.attention.kv_heads", 1, _A + "attn_type")
    elif kind == "grouped_query_attention":
        reader.read((Row("model.attention.kv_heads", _A + "kv_n_heads"),))
    else:
        own_kv_heads(reader)


def _qk_norm(reader: Reader) -> None:
    for key, kind in ((_A + "qk_ln", "full"), (_A + "qk_gn", "head")):
        if reader.plain(key) is True:
            reader.state("model.norm.qk_norm", kind, key)
            return
    reader.default("model.norm.qk_norm", "none")


def _ffn(reader: Reader) -> None:
    kind = text(reader, _F + "ffn_type") or "mptmlp"
    decide(reader, "model.gated_mlp", _F + "ffn_type", kind == "mptglu")
    hidden = reader.phase.value("model.hidden_size")
    ratio = number(reader, "model.expansion_ratio")
    if ratio is None and not reader.has("model.expansion_ratio"):
        ratio = 4
    expert = kind in _EXPERTS
    fact = "model.moe.expert_ffn_size" if expert else "model.ffn_size"
    if reader.has(_F + "ffn_hidden_size"):
        reader.read((Row(fact, _F + "ffn_hidden_size"),))
    elif isinstance(hidden, int | float) and ratio is not None:
        reader.derive(fact, int(hidden * ratio), f"d_model {hidden:g} x expansion_ratio {ratio:g}")
    if expert:
        reader.read(
            (
                Row("model.moe.experts", _F + "moe_num_experts"),
                Row("model.moe.top_k", _F + "moe_top_k"),
                Row("model.moe.aux_loss_coefficient", _F + "moe_loss_weight"),
            )
        )
    else:
        decide(reader, "model.moe.experts", _F + "ffn_type", 0)


def _positions(reader: Reader) -> None:
    """Rotary or ALiBi positions switch the learned table off (configuration_mpt.py)."""
    if reader.plain(_A + "rope") is True:
        reader.read((Row("model.rope.theta", _A + "rope_theta", default=10000),))
    rotates = reader.plain(_A + "rope") is True or reader.plain(_A + "alibi") is True
    learned = not rotates and reader.plain("model.learned_pos_emb") is not False
    learned_positions(
        reader, learned, "MPT learns a table unless it rotates, biases or is told not to"
    )


def _pretrained(reader: Reader) -> None:
    reader.read((Row("model.name", "model.pretrained_model_name_or_path"), *OVERRIDES))
    if reader.plain("model.use_flash_attention_2") is True:
        reader.state(
            "model.attention.implementation", "flash_attention_2", "model.use_flash_attention_2"
        )


def _optimizer(reader: Reader) -> None:
    """Composer's decoupled optimizers take the decay of one step, not scaled by the rate.

    AdamW's coefficient, of which a step takes `lr` times, is that decay over the rate.
    """
    name = text(reader, "optimizer.name")
    adam = name == "decoupled_adamw"
    read_betas(reader, "optimizer.betas", (0.9, 0.95) if adam else None)
    if adam:
        reader.read((Row("optimizer.eps", "optimizer.eps", default=1e-8),))
    rate = reader.phase.value("optimizer.learning_rate")
    decay = number(reader, "optimizer.weight_decay")
    if decay is None and adam and not reader.has("optimizer.weight_decay"):
        decay = 1e-5
    if decay == 0:
        reader.state("optimizer.weight_decay", 0.0, "optimizer.weight_decay")
    elif decay is not None and isinstance(rate, int | float) and rate > 0:
        detail = f"{decay:g} a step, over the learning rate {rate:g}"
        reader.derive("optimizer.weight_decay", decay / rate, detail)
    _clipping(reader)


def _clipping(reader: Reader) -> None:
    clip = "algorithms.gradient_clipping"
    kind = text(reader, clip + ".clipping_type")
    if kind == "norm":
        reader.read((Row("optimizer.grad_clip", clip + ".clipping_threshold"),))
    elif reader.has(clip):
        reader.missing("optimizer.grad_clip", Absence.UNKNOWN, f"clips by {kind}")
    else:
        reader.default("optimizer.grad_clip", 0.0)


def _time(reader: Reader, key: str, facts: dict[str, str]) -> None:
    found = amount(reader.plain(key))
    if found is not None and found[1] in facts:
        reader.state(facts[found[1]], found[0], key)


def _schedule(reader: Reader) -> None:
    units = {
        "ba": "schedule.warmup_steps",
        "tok": "schedule.warmup_tokens",
        "dur": "schedule.warmup_ratio",
    }
    _time(reader, "scheduler.t_warmup", units)
    _time(
        reader,
        "scheduler.t_max",
        {"ba": "schedule.horizon_steps", "tok": "schedule.horizon_tokens"},
    )
    if reader.phase.value("schedule.kind") in ("cosine", "linear"):
        reader.read((Row("schedule.min_ratio", "scheduler.alpha_f", default=0.0),))


def _length(reader: Reader) -> None:
    """A duration without a unit counts epochs (composer, Trainer's `max_duration`)."""
    key = "max_duration"
    if is_open(reader, key):
        reader.missing("budget.steps", Absence.ELSEWHERE, f"`{key}` is filled in at start")
        return
    units = {"ba": "budget.steps", "tok": "budget.tokens", "ep": "budget.epochs"}
    _time(reader, key, {**units, "": "budget.epochs"})


def _sharding(reader: Reader) -> None:
    if not reader.has("fsdp_config"):
        if not is_open(reader, "fsdp_config"):
            reader.default("parallel.backend", "ddp")
            reader.default("parallel.zero_stage", 0)
        return
    reader.state("parallel.backend", "fsdp", "fsdp_config")
    key = "fsdp_config.sharding_strategy"
    decide(reader, "parallel.zero_stage", key, FSDP_STAGES.get(text(reader, key) or "FULL_SHARD"))
    key = "fsdp_config.activation_checkpointing"
    recompute = reader.plain(key) is True
    decide(reader, "memory.recompute", key, "full" if recompute else "none")
    key = "fsdp_config.activation_cpu_offload"
    offload = reader.plain(key)
    decide(reader, "memory.offload_activations", key, offload is True)


def _saving(reader: Reader) -> None:
    """Without `save_folder` Composer saves nothing; the callback of its own saves for itself."""
    if reader.has("save_folder"):
        _time(reader, "save_interval", {"ba": "checkpoint.save_interval"})
        if not reader.has("save_interval"):
            reader.default("checkpoint.save_interval", 1000)
    elif not reader.has("callbacks.hf_checkpointer"):
        reader.missing(
            "checkpoint.save_interval", Absence.ELSEWHERE, "`save_folder` is given at start or not"
        )
    _time(reader, "eval_interval", {"ba": "evaluation.interval"})
    evaluates = reader.node("eval_loader") is not None or reader.has("icl_tasks")
    if evaluates and not is_null(reader, "eval_loader"):
        reader.derive("evaluation.enabled", True, "there is an evaluation loader or task")


def _adapter(reader: Reader) -> None:
    key = "model.peft_config"
    if reader.has(key):
        kind = (text(reader, key + ".peft_type") or "lora").lower()
        reader.state("adapter.kind", "lora" if kind == "lora" else "other", key)
        if reader.node(key + ".target_modules") is not None:
            reader.read((Row("adapter.targets", key + ".target_modules"),))
    else:
        reader.default("adapter.kind", "none")


DIALECT = Dialect(
    name="llm-foundry",
    title="llm-foundry",
    version="0.22.0",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    coerces=True,
    duplicates_refused=True,
    schema="llm-foundry",
    keys=frozenset({"train_loader", "max_duration", "global_train_batch_size", "scheduler"}),
    interpolate=interpolate,
)
