"""verl: Hydra configurations of reinforcement learning (`actor_rollout_ref`) and of tuning.

Read from verl 0.9.1: trainer/config/**, workers/config/*.py, workers/engine/*. Most runs name
one of verl's own files in their defaults list, so an absent key has verl's default. A step is one
round of rollouts: schedules, saving and evaluation count those, and `ppo_mini_batch_size` prompts
with all of their answers are one optimizer step.
"""

from __future__ import annotations

import re

from recipelint.dialects.base import ABSENT, ELSEWHERE, Dialect, Reader, Row, plain_list
from recipelint.dialects.common import read_betas, read_world
from recipelint.dialects.conversions import dtype, one_of, or_zero, positive, recompute
from recipelint.dialects.huggingface import eight_bit, optimizer_family
from recipelint.dialects.hydra import compose
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping, Sequence
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_SHIPPED = re.compile(
    r"(?:^|/)(?:(?:ppo|sft|one_step_off_ppo|fully_async_ppo)(?:_(?:megatron|veomni|torchtitan))?"
    r"_trainer(?:_engine)?$|(?:actor|critic|ref|rollout|model|model_engine|optim|engine|data|reward"
    r"|reward_model|profiler|npu_profile|algorithm|distillation|transfer_queue)/|legacy_\w+$"
    r"|reward_manager$"
    r"|(?:dp|megatron|veomni|torchtitan)_(?:actor|ref|critic)$|^(?:actor|ref|critic|rollout)$)"
)
"""Names of verl's own files: entry points, and the folders of its groups."""
_ACTOR = "actor_rollout_ref.actor."
_ROLLOUT = "actor_rollout_ref.rollout."
_MODEL = "actor_rollout_ref.model."
_BACKENDS = {"fsdp": "fsdp", "fsdp2": "fsdp2", "megatron": "megatron"}
_kind = one_of({
    "constant": "constant", "cosine": "cosine", "linear": "linear", "wsd": "wsd", "WSD": "wsd",
    "inverse_square_root": "inverse_sqrt", "inverse-square-root": "inverse_sqrt",
})  # fmt: skip


def _above(number: object) -> object:
    return ABSENT if not isinstance(number, int) else number > 0


TRAINER = (
    Row("run.name", "trainer.experiment_name"),
    Row("run.output", "trainer.default_local_dir"),
    Row("budget.steps", "trainer.total_training_steps", convert=positive),
    Row("checkpoint.save_interval", "trainer.save_freq", default=0, convert=or_zero),
    Row("evaluation.interval", "trainer.test_freq", convert=positive),
    Row("evaluation.enabled", "trainer.test_freq", default=False, convert=_above),
    Row("cluster.nodes", "trainer.nnodes", default=1),
)
RL = (
    Row("model.name", _MODEL + "path"),
    Row("batch.micro_batch", _ACTOR + "ppo_micro_batch_size_per_gpu"),
    Row("budget.epochs", "trainer.total_epochs", default=30),
    Row("cluster.gpus_per_node", "trainer.n_gpus_per_node", default=8),
    Row("checkpoint.keep", "trainer.max_actor_ckpt_to_keep"),
    Row("run.seed", "data.seed"),
    Row("rl.algorithm", "algorithm.adv_estimator", default="gae"),
    Row("rl.group_size", _ROLLOUT + "n", default=1),
    Row("rl.temperature", _ROLLOUT + "temperature", default=1.0),
    Row("rl.max_prompt", "data.max_prompt_length", default=512),
    Row("rl.max_completion", "data.max_response_length", default=512),
    Row("memory.recompute", _MODEL + "enable_gradient_checkpointing", "full", recompute),
    Row("memory.offload_activations", _MODEL + "enable_activation_offload", default=False),
)
TUNING = (
    Row("model.name", "model.path"),
    Row("model.name", "model.partial_pretrain"),
    Row("batch.global_batch", "data.train_batch_size", default=256),
    Row("batch.micro_batch", "data.micro_batch_size_per_gpu", default=4),
    Row("batch.sequence_length", "data.max_length", default=1024),
    Row("budget.epochs", "trainer.total_epochs", default=4),
    Row("cluster.gpus_per_node", "trainer.n_gpus_per_node"),
    Row("checkpoint.keep", "trainer.max_ckpt_to_keep"),
    Row("run.seed", "trainer.seed", default=1),
    Row("memory.recompute", "model.enable_gradient_checkpointing", "full", recompute),
    Row("parallel.cp", "engine.ulysses_sequence_parallel_size"),
    Row("parallel.cp", "ulysses_sequence_parallel_size", default=1),
    Row("precision.master_dtype", "engine.model_dtype", convert=dtype),
    Row("precision.master_dtype", "model.fsdp_config.model_dtype", "fp32", dtype),
)


def recognise(root: Mapping, name: str) -> bool:
    """`actor_rollout_ref`, or the sections of a tuning run under verl's names."""
    if isinstance(root.get("actor_rollout_ref"), Mapping):
        return True
    data, trainer = root.get("data"), root.get("trainer")
    if not isinstance(data, Mapping) or not isinstance(trainer, Mapping):
        return False
    return "micro_batch_size_per_gpu" in data and any(
        key in trainer for key in ("total_epochs", "n_gpus_per_node", "default_local_dir")
    )


def translate(reader: Reader) -> list[Phase]:
    """One phase, that of the actor; the files of the defaults list are laid under the recipe."""
    compose(reader, _SHIPPED)
    reader.read(TRAINER)
    if reader.own("actor_rollout_ref"):
        reader.state("run.stage", "rl", "actor_rollout_ref", reader.own("actor_rollout_ref"))
        _reinforcement(reader)
    else:
        reader.state("run.stage", "sft", "data", reader.own("data"))
        _tuning(reader)
    _world(reader)
    return [reader.phase]


def _reinforcement(reader: Reader) -> None:
    reader.read(RL)
    megatron = _backend(reader) == "megatron"
    _optimizer(reader, _ACTOR + "optim.", 1e-6, (0.9, 0.999), 0.0)
    _clipping(reader)
    _batch(reader)
    _divergence(reader)
    _adapter(reader, _MODEL)
    if megatron:
        _megatron(reader)
    else:
        _sharded(reader)


def _tuning(reader: Reader) -> None:
    reader.read(TUNING)
    _optimizer(reader, "optim.", None, None, None)
    reader.read((Row("optimizer.grad_clip", "optim.clip_grad", default=1.0),))
    _adapter(reader, "model.")
    for key in ("engine.strategy", "model.strategy"):
        strategy = reader.plain(key)
        if isinstance(strategy, str) and strategy in _BACKENDS:
            reader.state("parallel.backend", _BACKENDS[strategy], key)
            return


def _backend(reader: Reader) -> str:
    """The training engine of the actor: as said, or that of the file that is laid under."""
    strategy = reader.plain(_ACTOR + "strategy")
    if isinstance(strategy, str) and strategy != "???":
        reader.state("parallel.backend", _BACKENDS.get(strategy, ""), _ACTOR + "strategy")
        return strategy
    node = reader.node("defaults")
    names = plain_list(node, omegaconf) if isinstance(node, Sequence) else ()
    if any("megatron" in str(name) for name in names) or reader.has(_ACTOR + "megatron"):
        reader.derive("parallel.backend", "megatron", "the configuration for Megatron is used")
        return "megatron"
    reader.default("parallel.backend", "fsdp")
    return "fsdp"


def _optimizer(
    reader: Reader,
    at: str,
    rate: float | None,
    betas: tuple[float, float] | None,
    warmup: float | None,
) -> None:
    reader.read(
        (
            Row("optimizer.name", at + "optimizer"),
            Row("optimizer.family", at + "optimizer", default="adam", convert=optimizer_family),
            Row("optimizer.eight_bit", at + "optimizer", convert=eight_bit),
            Row("optimizer.learning_rate", at + "lr", ABSENT if rate is None else rate),
            Row("optimizer.weight_decay", at + "weight_decay", default=0.01),
            Row("schedule.warmup_steps", at + "lr_warmup_steps", convert=positive),
            Row("schedule.horizon_steps", at + "total_training_steps", convert=positive),
            Row("schedule.min_ratio", at + "min_lr_ratio"),
            Row("schedule.min_learning_rate", at + "min_lr"),
        )
    )
    read_betas(reader, at + "betas", betas)
    _schedule(reader, at)
    counted = positive(reader.plain(at + "lr_warmup_steps")) is not ABSENT
    key = at + "lr_warmup_steps_ratio"
    if not counted:
        reader.read((Row("schedule.warmup_ratio", key, ABSENT if warmup is None else warmup),))


def _schedule(reader: Reader, at: str) -> None:
    keys = ("lr_scheduler_type", "warmup_style", "lr_decay_style", "lr_scheduler")
    named = [at + key for key in keys if reader.has(at + key)]
    stated = [key for key in named if isinstance(reader.plain(key), str)]
    if stated:
        reader.read(
            (Row("schedule.name", stated[0]), Row("schedule.kind", stated[0], ABSENT, _kind))
        )
    elif not named and at != "optim.":
        reader.default("schedule.kind", "constant")


def _clipping(reader: Reader) -> None:
    for key in (_ACTOR + "optim.clip_grad", _ACTOR + "grad_clip"):
        if reader.has(key):
            reader.state("optimizer.grad_clip", reader.plain(key), key)
            return
    reader.default("optimizer.grad_clip", 1.0)


def _number(reader: Reader, key: str, default: int) -> int | None:
    """The whole number at a key, verl's default where the key is absent, None where unknown."""
    found = reader.plain(key)
    if found in (ABSENT, None):
        return None if reader.unread else default
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _batch(reader: Reader) -> None:
    answers = _number(reader, _ROLLOUT + "n", 1)
    mini = _number(reader, _ACTOR + "ppo_mini_batch_size", 256)
    prompts = _number(reader, "data.train_batch_size", 1024)
    if answers and mini:
        reader.derive("batch.global_batch", mini * answers, "prompts of a mini-batch x answers")
    if answers and prompts:
        reader.derive("rl.generation_batch", prompts * answers, "prompts of a round x answers")
    prompt = _number(reader, "data.max_prompt_length", 512)
    answer = _number(reader, "data.max_response_length", 512)
    if prompt and answer:
        reader.derive("batch.sequence_length", prompt + answer, "longest prompt + longest answer")


def _divergence(reader: Reader) -> None:
    """The KL term's weight: in the loss, in the reward, or none."""
    for switch, key in (
        (_ACTOR + "use_kl_loss", _ACTOR + "kl_loss_coef"),
        ("algorithm.use_kl_in_reward", "algorithm.kl_ctrl.kl_coef"),
    ):
        on = reader.plain(switch)
        if on is True:
            reader.read((Row("rl.kl_coefficient", key, default=0.001),))
            break
        if on is ELSEWHERE:
            break
    else:
        reader.default("rl.kl_coefficient", 0.0)
    for fact, key in (("rl.clip_low", "clip_ratio_low"), ("rl.clip_high", "clip_ratio_high")):
        reader.read((Row(fact, _ACTOR + key), Row(fact, _ACTOR + "clip_ratio", default=0.2)))
    mode = reader.plain(_ACTOR + "policy_loss.loss_mode")
    if mode in ("gspo", "vanilla"):
        level = "sequence" if mode == "gspo" else "token"
        reader.state("rl.ratio_level", level, _ACTOR + "policy_loss.loss_mode")
    elif mode is ABSENT:
        reader.default("rl.ratio_level", "token")


def _adapter(reader: Reader, at: str) -> None:
    for rank, alpha in (
        (at + "lora_rank", at + "lora_alpha"),
        (at + "lora.rank", at + "lora.alpha"),
    ):
        found = reader.plain(rank)
        if isinstance(found, int) and not isinstance(found, bool) and found > 0:
            reader.state("adapter.kind", "lora", rank)
            reader.state("adapter.rank", found, rank)
            default = 16 if rank.endswith("_rank") else 32
            reader.read((Row("adapter.alpha", alpha, default=default),))
            targets = reader.plain(at + "target_modules")
            if isinstance(targets, str):
                reader.state("adapter.targets", (targets,), at + "target_modules")
            return
        if found is ELSEWHERE:
            reader.missing("adapter.kind", Absence.ELSEWHERE, f"`{rank}` is filled in at start")
            return
    reader.default("adapter.kind", "none")


def _sharded(reader: Reader) -> None:
    config = _ACTOR + "fsdp_config."
    reader.read(
        (
            Row("parallel.cp", _ACTOR + "ulysses_sequence_parallel_size", default=1),
            Row("memory.offload_parameters", config + "param_offload", default=False),
            Row("memory.offload_optimizer", config + "optimizer_offload", default=False),
            Row("precision.master_dtype", config + "model_dtype", "fp32", dtype),
            Row("precision.compute", config + "mixed_precision.param_dtype", ABSENT, dtype),
            Row("precision.compute", config + "dtype", "bf16", dtype),
        )
    )
    size = reader.plain(config + "fsdp_size")
    if size in (ABSENT, -1):
        reader.default("parallel.zero_stage", 3)


def _megatron(reader: Reader) -> None:
    config = _ACTOR + "megatron."
    reader.read(
        (
            Row("parallel.tp", config + "tensor_model_parallel_size", default=1),
            Row("parallel.pp", config + "pipeline_model_parallel_size", default=1),
            Row("parallel.vpp", config + "virtual_pipeline_model_parallel_size"),
            Row("parallel.cp", config + "context_parallel_size", default=1),
            Row("parallel.ep", config + "expert_model_parallel_size", default=1),
            Row("parallel.sequence_parallel", config + "sequence_parallel"),
            Row("memory.offload_parameters", config + "param_offload", default=False),
            Row("memory.offload_optimizer", config + "optimizer_offload", default=False),
            Row("precision.compute", config + "dtype", "bf16", dtype),
            Row("schedule.decay_steps", _ACTOR + "optim.lr_wsd_decay_steps"),
            Row("optimizer.state_dtype", _ACTOR + "optim.exp_avg_dtype", ABSENT, dtype),
        )
    )
    if reader.plain(config + "use_distributed_optimizer") in (True, ABSENT):
        reader.default("parallel.zero_stage", 1)


def _world(reader: Reader) -> None:
    stated = any(reader.has(key) for key in ("trainer.nnodes", "trainer.n_gpus_per_node"))
    if stated:
        read_world(reader)


DIALECT = Dialect(
    name="verl",
    title="verl",
    version="0.9.1",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    duplicates_refused=True,
    schema="verl",
    keys=frozenset({"actor_rollout_ref", "critic", "algorithm", "trainer", "data"}),
    interpolate=interpolate,
)
