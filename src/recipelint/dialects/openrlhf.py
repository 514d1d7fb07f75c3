"""OpenRLHF: a file that holds the options of one of its training programs.

Read from OpenRLHF 0.11.2 and 0.9.10: cli/train_*.py. OpenRLHF takes options only; a launcher of
one's own turns the file into words, so each value is converted by argparse. Names with dots
(0.11) may be written as they are or as nested mappings; before, they were flat.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row, plain_list
from recipelint.dialects.huggingface import optimizer_family, schedule_kind
from recipelint.document import Entry, Mapping, Sequence
from recipelint.recipe.facts import Absence, Phase

_RL_MARKS = (
    "rollout.batch_size", "rollout_batch_size", "algo.advantage.estimator", "advantage_estimator",
    "actor.model_name_or_path", "actor_learning_rate", "prompt_data", "data.prompt_dataset",
)  # fmt: skip
_ESTIMATORS = {"gae": "ppo", "group_norm": "grpo"}


def _algorithm(name: object) -> object:
    return _ESTIMATORS.get(name, name) if isinstance(name, str) else ABSENT


def _count(number: object) -> object:
    """-1 stands for never."""
    if isinstance(number, bool) or not isinstance(number, int):
        return ABSENT
    return max(number, 0)


def _recompute(on: object) -> object:
    return ("full" if on else "none") if isinstance(on, bool) else ABSENT


def _level(kind: object) -> object:
    return (
        {"ppo": "token", "gspo": "sequence"}.get(kind, ABSENT) if isinstance(kind, str) else ABSENT
    )


COMMON = (
    Row("batch.global_batch", "train.batch_size"),
    Row("batch.global_batch", "train_batch_size", default=128),
    Row("batch.micro_batch", "train.micro_batch_size"),
    Row("batch.micro_batch", "micro_train_batch_size"),
    Row("data.packing", "ds.packing_samples"),
    Row("data.packing", "packing_samples", default=False),
    Row("parallel.zero_stage", "ds.zero_stage"),
    Row("parallel.zero_stage", "zero_stage", default=2),
    Row("parallel.tp", "ds.tensor_parallel_size"),
    Row("parallel.tp", "ds_tensor_parallel_size", default=1),
    Row("parallel.cp", "ds.ring_attn_size"),
    Row("parallel.cp", "ring_attn_size", default=1),
    Row("precision.compute", "ds.param_dtype"),
    Row("precision.compute", "param_dtype"),
    Row("memory.offload_optimizer", "ds.adam_offload"),
    Row("memory.offload_optimizer", "adam_offload", default=False),
    Row("model.attention.implementation", "ds.attn_implementation"),
    Row("model.attention.implementation", "attn_implementation"),
    Row("precision.gradient_dtype", "ds.grad_accum_dtype"),
    Row("precision.gradient_dtype", "grad_accum_dtype"),
    Row("checkpoint.save_interval", "ckpt.save_steps", convert=_count),
    Row("checkpoint.save_interval", "save_steps", default=0, convert=_count),
    Row("checkpoint.keep", "ckpt.max_num"),
    Row("checkpoint.keep", "max_ckpt_num", default=3),
    Row("evaluation.interval", "eval.steps", convert=lambda n: _count(n) or ABSENT),
    Row("evaluation.interval", "eval_steps", convert=lambda n: _count(n) or ABSENT),
    Row("run.seed", "train.seed"),
    Row("run.seed", "seed", default=42),
    Row("run.output", "ckpt.output_dir"),
    Row("run.output", "save_path"),
)
MODEL = (
    Row("model.name", "model.model_name_or_path"),
    Row("model.name", "pretrain"),
    Row("batch.sequence_length", "data.max_len"),
    Row("batch.sequence_length", "max_len"),
    Row("budget.epochs", "train.max_epochs"),
    Row("budget.epochs", "max_epochs"),
    Row("memory.recompute", "model.gradient_checkpointing_enable", convert=_recompute),
    Row("memory.recompute", "gradient_checkpointing", default="none", convert=_recompute),
    Row("model.moe.aux_loss_coefficient", "model.aux_loss_coef"),
    Row("model.moe.aux_loss_coefficient", "aux_loss_coef", default=0),
    Row("preference.beta", "model.beta"),
    Row("preference.beta", "beta"),
    Row("preference.label_smoothing", "model.label_smoothing"),
    Row("preference.label_smoothing", "label_smoothing"),
)
RL = (
    Row("model.name", "actor.model_name_or_path"),
    Row("model.name", "pretrain"),
    Row("memory.recompute", "actor.gradient_checkpointing_enable", convert=_recompute),
    Row("memory.recompute", "gradient_checkpointing", default="none", convert=_recompute),
    Row("cluster.nodes", "actor.num_nodes"),
    Row("cluster.nodes", "actor_num_nodes"),
    Row("cluster.gpus_per_node", "actor.num_gpus_per_node"),
    Row("cluster.gpus_per_node", "actor_num_gpus_per_node"),
    Row("model.moe.aux_loss_coefficient", "actor.aux_loss_coef"),
    Row("model.moe.aux_loss_coefficient", "aux_loss_coef", default=0),
    Row("rl.algorithm", "algo.advantage.estimator", convert=_algorithm),
    Row("rl.algorithm", "advantage_estimator", default="ppo", convert=_algorithm),
    Row("rl.group_size", "rollout.n_samples_per_prompt"),
    Row("rl.group_size", "n_samples_per_prompt", default=1),
    Row("rl.temperature", "rollout.temperature"),
    Row("rl.temperature", "temperature", default=1.0),
    Row("rl.kl_coefficient", "algo.kl.init_coef"),
    Row("rl.kl_coefficient", "init_kl_coef", default=0.01),
    Row("rl.clip_low", "actor.eps_clip"),
    Row("rl.clip_low", "eps_clip", default=0.2),
    Row("rl.ratio_level", "actor.policy_loss_type", convert=_level),
    Row("rl.ratio_level", "policy_loss_type", default="token", convert=_level),
    Row("rl.max_completion", "rollout.max_new_tokens"),
    Row("rl.max_completion", "max_new_tokens"),
    Row("rl.max_completion", "generate_max_len"),
    Row("rl.max_prompt", "prompt_max_len"),
    Row("batch.sequence_length", "data.max_len"),
    Row("batch.sequence_length", "max_len"),
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
    _betas(reader, (at + "adam.betas", "adam_betas"))


def _betas(reader: Reader, keys: tuple[str, str]) -> None:
    for key in keys:
        node = reader.node(key)
        found = plain_list(node, reader.dialect.scalars) if isinstance(node, Sequence) else ()
        if len(found) == 2:
            reader.state("optimizer.beta1", found[0], key)
            reader.state("optimizer.beta2", found[1], key)
        if node is not None:
            return
    reader.default("optimizer.beta1", 0.9)
    reader.default("optimizer.beta2", 0.95)


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
