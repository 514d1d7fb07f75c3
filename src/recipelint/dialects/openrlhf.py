"""OpenRLHF: a file that holds the options of one of its training programs.

Read from OpenRLHF 0.11.2 and 0.9.10: cli/train_*.py. OpenRLHF takes options only; a launcher of
one's own turns the file into words, so each value is converted by argparse. Names with dots
(0.11) may be written as they are or as nested mappings; before, they were flat.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import read_betas
from recipelint.dialects.conversions import Convert, one_of, or_zero, positive, recompute
from recipelint.dialects.huggingface import optimizer_family, schedule_kind
from recipelint.document import Entry, Mapping
from recipelint.recipe.facts import Absence, Phase

_RL_MARKS = (
    "rollout.batch_size", "rollout_batch_size", "algo.advantage.estimator", "advantage_estimator",
    "actor.model_name_or_path", "actor_learning_rate", "prompt_data", "data.prompt_dataset",
)  # fmt: skip
_ESTIMATORS = {"gae": "ppo", "group_norm": "grpo"}
_level = one_of({"ppo": "token", "gspo": "sequence"})


def _algorithm(name: object) -> object:
    return _ESTIMATORS.get(name, name) if isinstance(name, str) else ABSENT


def _both(
    fact: str,
    dotted: str,
    flat: str,
    default: object = ABSENT,
    convert: Convert | None = None,
) -> tuple[Row, Row]:
    """The rows of one option under its name since 0.11, and under its name before."""
    return Row(fact, dotted, convert=convert), Row(fact, flat, default, convert)


COMMON = (
    *_both("batch.global_batch", "train.batch_size", "train_batch_size", default=128),
    *_both("batch.micro_batch", "train.micro_batch_size", "micro_train_batch_size"),
    *_both("data.packing", "ds.packing_samples", "packing_samples", default=False),
    *_both("parallel.zero_stage", "ds.zero_stage", "zero_stage", default=2),
    *_both("parallel.tp", "ds.tensor_parallel_size", "ds_tensor_parallel_size", default=1),
    *_both("parallel.cp", "ds.ring_attn_size", "ring_attn_size", default=1),
    *_both("precision.compute", "ds.param_dtype", "param_dtype"),
    *_both("memory.offload_optimizer", "ds.adam_offload", "adam_offload", default=False),
    *_both("model.attention.implementation", "ds.attn_implementation", "attn_implementation"),
    *_both("precision.gradient_dtype", "ds.grad_accum_dtype", "grad_accum_dtype"),
    *_both("checkpoint.save_interval", "ckpt.save_steps", "save_steps", default=0, convert=or_zero),
    *_both("checkpoint.keep", "ckpt.max_num", "max_ckpt_num", default=3),
    *_both("evaluation.interval", "eval.steps", "eval_steps", convert=positive),
    *_both("run.seed", "train.seed", "seed", default=42),
    *_both("run.output", "ckpt.output_dir", "save_path"),
)
MODEL = (
    *_both("model.name", "model.model_name_or_path", "pretrain"),
    *_both("batch.sequence_length", "data.max_len", "max_len"),
    *_both("budget.epochs", "train.max_epochs", "max_epochs"),
    *_both(
        "memory.recompute",
        "model.gradient_checkpointing_enable",
        "gradient_checkpointing",
        default="none",
        convert=recompute,
    ),
    *_both("model.moe.aux_loss_coefficient", "model.aux_loss_coef", "aux_loss_coef", default=0),
    *_both("preference.beta", "model.beta", "beta"),
    *_both("preference.label_smoothing", "model.label_smoothing", "label_smoothing"),
)
RL = (
    *_both("model.name", "actor.model_name_or_path", "pretrain"),
    *_both(
        "memory.recompute",
        "actor.gradient_checkpointing_enable",
        "gradient_checkpointing",
        default="none",
        convert=recompute,
    ),
    *_both("cluster.nodes", "actor.num_nodes", "actor_num_nodes"),
    *_both("cluster.gpus_per_node", "actor.num_gpus_per_node", "actor_num_gpus_per_node"),
    *_both("model.moe.aux_loss_coefficient", "actor.aux_loss_coef", "aux_loss_coef", default=0),
    *_both(
        "rl.algorithm",
        "algo.advantage.estimator",
        "advantage_estimator",
        default="ppo",
        convert=_algorithm,
    ),
    *_both("rl.group_size", "rollout.n_samples_per_prompt", "n_samples_per_prompt", default=1),
    *_both("rl.temperature", "rollout.temperature", "temperature", default=1.0),
    *_both("rl.kl_coefficient", "algo.kl.init_coef", "init_kl_coef", default=0.01),
    *_both("rl.clip_low", "actor.eps_clip", "eps_clip", default=0.2),
    *_both(
        "rl.ratio_level",
        "actor.policy_loss_type",
        "policy_loss_type",
        default="token",
        convert=_level,
    ),
    *_both("rl.max_completion", "rollout.max_new_tokens", "max_new_tokens"),
    Row("rl.max_completion", "generate_max_len"),
    Row("rl.max_prompt", "prompt_max_len"),
    *_both("batch.sequence_length", "data.max_len", "max_len"),
)


class Dotted(Reader):
    """The same file, in which a name with dots is one key of the top level."""

    def own(self, key: str) -> Entry | None:
        """The entry whose key is the whole name."""
        return self.root.find(key)


def recognise(root: Mapping, name: str) -> bool:
    """The groups of 0.11, as mappings or in names with dots, or the flat names before."""
    keys = {entry.key for entry in root.entries}
    groups = {key.partition(".")[0] for key in keys if "." in key}
    groups |= {e.key for e in root.entries if isinstance(e.value, Mapping)}
    if {"ds", "train"} <= groups and groups & {"actor", "model"}:
        return True
    flat = {"micro_train_batch_size", "train_batch_size", "max_epochs", "zero_stage", "max_len"}
    return "pretrain" in keys and len(keys & flat) >= 2


def translate(reader: Reader) -> list[Phase]:
    """One phase, that of the model that is trained; the critic's options are not read."""
    whole = Dotted(reader.document, reader.dialect, reader.workspace, reader.location)
    reader.parents = [whole]
    reader.read(COMMON)
    rl = next((key for key in _RL_MARKS if reader.has(key)), None)
    if rl is not None:
        reader.state("run.stage", "rl", rl)
        reader.read(RL)
        _rollouts(reader)
    else:
        _stage(reader)
        reader.read(MODEL)
    _optimizer(reader, "actor." if rl is not None else "", rl is not None)
    _adapter(reader)
    reader.default("parallel.backend", "deepspeed")
    if reader.has("bf16") or not any(map(reader.has, ("param_dtype", "ds.param_dtype"))):
        _flag(reader)
    return [reader.phase]


def _flag(reader: Reader) -> None:
    if reader.plain("bf16") is True:
        reader.state("precision.compute", "bf16", "bf16")
    elif reader.has("ds") or reader.has("ds.zero_stage"):
        reader.default("precision.compute", "bf16")
    else:
        reason = "the default of `param_dtype` is bf16 since 0.9; before, `bf16` had to be given"
        reader.missing("precision.compute", Absence.UNKNOWN, reason)


def _stage(reader: Reader) -> None:
    for key in ("ref.model_name_or_path", "ref_pretrain", "model.beta", "beta"):
        if reader.has(key):
            reader.state("run.stage", "preference", key)
            ipo = reader.plain("model.ipo_enable") is True or reader.plain("ipo") is True
            reader.state("preference.loss", "ipo" if ipo else "sigmoid", key)
            return
    if reader.plain("model.pretrain_mode_enable") is True or reader.plain("pretrain_mode") is True:
        own = "model.pretrain_mode_enable"
        reader.state("run.stage", "midtrain", own if reader.has(own) else "pretrain_mode")
    else:
        reader.missing("run.stage", Absence.ELSEWHERE, "chosen by the program that is started")


def _rollouts(reader: Reader) -> None:
    answers = reader.phase.value("rl.group_size")
    for key in ("rollout.batch_size", "rollout_batch_size"):
        prompts = reader.plain(key)
        if isinstance(prompts, int) and isinstance(answers, int):
            detail = "prompts of a round x answers"
            reader.derive("rl.generation_batch", prompts * answers, detail)
            return


def _optimizer(reader: Reader, at: str, rl: bool) -> None:
    muon = reader.plain(at + "optim") == "muon"
    flat = "actor_learning_rate" if rl else "learning_rate"
    rate = Row("optimizer.learning_rate", at + ("muon.lr" if muon else "adam.lr"))
    reader.read(
        (
            Row("optimizer.name", at + "optim"),
            Row("optimizer.family", at + "optim", default="adam", convert=optimizer_family),
            rate,
            Row("optimizer.learning_rate", flat, default=1e-6 if rl else ABSENT),
            Row("optimizer.eps", at + "adam.eps", default=1e-8),
            Row("optimizer.weight_decay", at + "adam.weight_decay"),
            Row("optimizer.weight_decay", "l2", default=0.0),
            Row("optimizer.momentum", at + "muon.momentum"),
            Row("optimizer.grad_clip", at + "max_norm"),
            Row("optimizer.grad_clip", "max_norm", default=1.0),
            Row("schedule.name", at + "lr_scheduler"),
            Row("schedule.kind", at + "lr_scheduler", convert=schedule_kind),
            Row("schedule.kind", "lr_scheduler", default="cosine", convert=schedule_kind),
            Row("schedule.warmup_ratio", at + "lr_warmup_ratio"),
            Row("schedule.warmup_ratio", "lr_warmup_ratio", default=0.03),
            Row("schedule.min_ratio", at + "min_lr_ratio"),
            Row("schedule.min_ratio", "min_lr_ratio", default=0.1),
        )
    )
    own = at + "adam.betas"
    read_betas(reader, own if reader.has(own) else "adam_betas", (0.9, 0.95))


def _adapter(reader: Reader) -> None:
    for at, quantized in (("ds.lora.", "ds.load_in_4bit"), ("lora_", "load_in_4bit")):
        rank = reader.plain(at + "rank")
        if not isinstance(rank, int) or isinstance(rank, bool) or rank <= 0:
            continue
        four = reader.plain(quantized) is True
        reader.state("adapter.kind", "qlora" if four else "lora", at + "rank")
        if four:
            reader.state("quantization.bits", 4, quantized)
        reader.state("adapter.rank", rank, at + "rank")
        reader.read(
            (
                Row("adapter.alpha", at + "alpha", default=16),
                Row("adapter.dropout", at + "dropout", default=0.0),
            )
        )
        return
    reader.default("adapter.kind", "none")


DIALECT = Dialect(
    name="openrlhf",
    title="OpenRLHF",
    version="0.11.2",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="openrlhf",
    keys=frozenset({"micro_train_batch_size", "actor_learning_rate", "pretrain", "zero_stage"}),
)
