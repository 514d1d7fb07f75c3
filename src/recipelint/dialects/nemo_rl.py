"""NeMo RL: YAML that inherits from a base file by `defaults`, for GRPO, PPO, DPO, SFT and others.

Read from NVIDIA-NeMo/RL of 2026: nemo_rl/utils/config.py (inheritance, resolvers),
nemo_rl/models/policy (policy keys), nemo_rl/algorithms/*.py. The policy is trained by one of
two backends, each with settings of its own; those of the other are never read. Unknown keys are
kept and ignored.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import read_betas, read_world
from recipelint.dialects.conversions import dtype, recompute
from recipelint.dialects.huggingface import optimizer_family
from recipelint.dialects.megatron import OPTIMIZER, PARALLEL, SCHEDULE, under
from recipelint.dialects.omegaconf import interpolate
from recipelint.dialects.overlays import attach, names_in
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import omegaconf, value
from recipelint.recipe.facts import Absence, Phase

_ALGORITHMS = {
    "grpo": "rl", "ppo": "rl", "dpo": "preference", "sft": "sft", "rm": "reward",
    "distillation": "distill",
}  # fmt: skip
_POLICY_KEYS = (
    "train_global_batch_size", "train_micro_batch_size", "megatron_cfg", "dtensor_cfg",
    "generation", "max_total_sequence_length", "model_name",
)  # fmt: skip
_SHARED = ("policy", "loss_fn", "checkpointing", "cluster", "data", "logger")
_MEGATRON = "policy.megatron_cfg."
_DTENSOR = "policy.dtensor_cfg."


ROWS = (
    Row("model.name", "policy.model_name"),
    Row("optimizer.grad_clip", "policy.max_grad_norm"),
    Row("batch.micro_batch", "policy.train_micro_batch_size"),
    Row("batch.global_batch", "policy.train_global_batch_size"),
    Row("batch.sequence_length", "policy.max_total_sequence_length"),
    Row("precision.compute", "policy.precision", convert=dtype),
    Row("data.packing", "policy.sequence_packing.enabled"),
    Row("data.tokenizer", "policy.tokenizer.name"),
    Row("cluster.nodes", "cluster.num_nodes"),
    Row("cluster.gpus_per_node", "cluster.gpus_per_node"),
    Row("run.output", "checkpointing.checkpoint_dir"),
    Row("checkpoint.save_interval", "checkpointing.save_period"),
    Row("checkpoint.keep", "checkpointing.keep_top_k"),
)

_OF_MEGATRON = (
    *under(_MEGATRON, PARALLEL),
    *under(_MEGATRON + "optimizer.", OPTIMIZER),
    *under(_MEGATRON + "scheduler.", SCHEDULE),
    Row("memory.recompute", _MEGATRON + "activation_checkpointing", convert=recompute),
)  # fmt: skip

_OF_DTENSOR = (
    Row("optimizer.name", "policy.optimizer.name"),
    Row("optimizer.family", "policy.optimizer.name", convert=optimizer_family),
    Row("optimizer.learning_rate", "policy.optimizer.kwargs.lr"),
    Row("optimizer.eps", "policy.optimizer.kwargs.eps"),
    Row("optimizer.weight_decay", "policy.optimizer.kwargs.weight_decay"),
    Row("parallel.tp", _DTENSOR + "tensor_parallel_size"),
    Row("parallel.cp", _DTENSOR + "context_parallel_size"),
    Row("parallel.ep", _DTENSOR + "expert_parallel_size"),
    Row("parallel.sequence_parallel", _DTENSOR + "sequence_parallel"),
    Row("memory.recompute", _DTENSOR + "activation_checkpointing", convert=recompute),
    Row("memory.offload_parameters", _DTENSOR + "cpu_offload"),
)

_RL = (
    Row("rl.kl_coefficient", "loss_fn.reference_policy_kl_penalty"),
    Row("rl.clip_low", "loss_fn.ratio_clip_min"),
    Row("rl.clip_high", "loss_fn.ratio_clip_max"),
    Row("rl.temperature", "policy.generation.temperature"),
    Row("rl.max_completion", "policy.generation.max_new_tokens"),
    Row("rl.max_prompt", "data.max_input_seq_length"),
)


def recognise(root: Mapping, _name: str) -> bool:
    """`policy` with keys of its own, or a base file and an algorithm's section."""
    policy = follow(root.get("policy"))
    sections = [k for k in _ALGORITHMS if isinstance(follow(root.get(k)), Mapping)]
    own = isinstance(policy, Mapping) and any(key in policy for key in _POLICY_KEYS)
    if own and (sections or "loss_fn" in root or "cluster" in root or "defaults" in root):
        return True
    marks = [key for key in _SHARED if key in root]
    return "defaults" in root and len(marks) >= (1 if sections else 3)


def translate(reader: Reader) -> list[Phase]:
    """One phase, read from the file and the chain of files below it."""
    attach(reader, names_in(reader, "defaults"), "defaults", "_override_")
    reader.read(ROWS)
    backend = _backend(reader)
    if backend == "megatron":
        reader.read(_OF_MEGATRON)
        reader.state("parallel.backend", "megatron", _MEGATRON + "enabled")
        if reader.plain(_MEGATRON + "optimizer.use_distributed_optimizer") is True:
            reader.state(
                "parallel.zero_stage", 1, _MEGATRON + "optimizer.use_distributed_optimizer"
            )
    elif backend == "dtensor":
        reader.read(_OF_DTENSOR)
        reader.state("parallel.backend", "fsdp2", _DTENSOR + "enabled")
        reader.derive("parallel.zero_stage", 3, "the DTensor backend shards all with FSDP2")
        read_betas(reader, "policy.optimizer.kwargs.betas")
        _scheduler(reader)
    _adapter(reader, backend)
    _algorithm(reader)
    _world(reader)
    return [reader.phase]


def _backend(reader: Reader) -> str | None:
    """The backend that is switched on; unknown where neither or a missing file says."""
    if reader.plain(_MEGATRON + "enabled") is True:
        return "megatron"
    if reader.plain(_DTENSOR + "enabled") is True:
        return "dtensor"
    reason = reader.unread or "no backend is switched on"
    for fact in ("optimizer.learning_rate", "parallel.tp", "parallel.backend"):
        reader.missing(fact, Absence.ELSEWHERE, reason)
    return None


def _scheduler(reader: Reader) -> None:
    """A list of torch schedulers run one after another, with milestones between them."""
    key = "policy.scheduler"
    node = reader.node(key)
    found = [follow(item) for item in node.items] if isinstance(node, Sequence) else [node]
    steps = [m for m in found if isinstance(m, Mapping) and "name" in m]
    if not steps:
        return
    names = [_text(reader, m, "name").rsplit(".", 1)[-1] for m in steps]
    warmup = names[0] == "LinearLR" and len(steps) > 1
    kinds = {"CosineAnnealingLR": "cosine", "LinearLR": "linear", "ConstantLR": "constant"}
    last = names[-1]
    reader.state("schedule.name", last, key)
    if last in kinds and len(steps) <= 2:
        reader.state("schedule.kind", kinds[last], key)
    if warmup:
        iterations = _kwarg(reader, steps[0], "total_iters")
        if isinstance(iterations, int):
            reader.state("schedule.warmup_steps", iterations, key)


def _text(reader: Reader, mapping: Mapping, key: str) -> str:
    node = follow(mapping.get(key))
    return node.text if isinstance(node, Scalar) else ""


def _kwarg(reader: Reader, mapping: Mapping, key: str) -> object:
    kwargs = follow(mapping.get("kwargs"))
    node = follow(kwargs.get(key)) if isinstance(kwargs, Mapping) else None
    return value(node, reader.dialect.scalars) if isinstance(node, Scalar) else ABSENT


def _adapter(reader: Reader, backend: str | None) -> None:
    prefix = {"megatron": _MEGATRON + "peft.", "dtensor": _DTENSOR + "lora_cfg."}.get(backend or "")
    if prefix is None:
        return
    enabled = reader.plain(prefix + "enabled")
    if enabled is True:
        reader.state("adapter.kind", "lora", prefix + "enabled")
        reader.read(
            [
                Row("adapter.rank", prefix + "dim"),
                Row("adapter.alpha", prefix + "alpha"),
                Row("adapter.dropout", prefix + "dropout"),
            ]
        )
    elif enabled is False:
        reader.state("adapter.kind", "none", prefix + "enabled")
    elif not reader.unread:
        reader.derive("adapter.kind", "none", "no adapter is configured")


def _algorithm(reader: Reader) -> None:
    """The section of the algorithm gives the length, the seed and what is optimised."""
    name = next((a for a in _ALGORITHMS if isinstance(reader.node(a), Mapping)), None)
    if name is None:
        return
    reader.state("run.stage", _ALGORITHMS[name], name)
    reader.read(
        [
            Row("budget.steps", f"{name}.max_num_steps"),
            Row("budget.epochs", f"{name}.max_num_epochs"),
            Row("run.seed", f"{name}.seed"),
            Row("evaluation.interval", f"{name}.val_period"),
        ]
    )
    if _ALGORITHMS[name] == "rl":
        reader.state("rl.algorithm", name, name)
        reader.read(_RL)
        _rollout(reader, name)
    elif name == "dpo":
        reader.state("preference.loss", "dpo", name)
        reader.read([Row("preference.beta", "dpo.reference_policy_kl_penalty")])


def _rollout(reader: Reader, name: str) -> None:
    reader.read([Row("rl.group_size", f"{name}.num_generations_per_prompt")])
    prompts = reader.plain(f"{name}.num_prompts_per_step")
    group = reader.phase.value("rl.group_size")
    if isinstance(prompts, int) and isinstance(group, int):
        detail = f"num_prompts_per_step {prompts} x num_generations_per_prompt {group}"
        reader.derive("rl.generation_batch", prompts * group, detail)
    steps = reader.phase.value("budget.steps")
    batch = reader.phase.value("batch.global_batch")
    completions = reader.phase.value("rl.generation_batch")
    if steps is not None and batch is not None and completions != batch:
        reader.phase.facts.pop("budget.steps")
        reader.missing(
            "budget.steps", Absence.UNKNOWN, "a step of the algorithm is several of the optimizer"
        )


def _world(reader: Reader) -> None:
    """GPUs of the policy: all of the cluster unless generation has machines of its own."""
    shared = reader.plain("policy.generation.colocated.enabled")
    alone = reader.phase.value("run.stage") in ("sft", "preference", "reward")
    if shared is True or alone:
        read_world(reader)


DIALECT = Dialect(
    name="nemo-rl",
    title="NeMo RL",
    version="2026-08",
    recognise=recognise,
    translate=translate,
    untyped=True,
    schema="nemo-rl",
    scalars=omegaconf,
    duplicates_refused=True,
    interpolate=interpolate,
    keys=frozenset({"policy", "cluster", "checkpointing"}),
)
