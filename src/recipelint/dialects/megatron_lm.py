"""Megatron-LM: command-line arguments kept in YAML.

Three ways of writing the same arguments: `MODEL_ARGS` with flags (`--lr`), as the functional
tests have it; `ARGS` with snake case, as the MoE recipes have it; and the nested file of
`--yaml-cfg`. All are turned into flags, so numbers may be written as text.

Read from NVIDIA/Megatron-LM core 0.16, megatron/training/arguments.py (flags, defaults),
megatron/core/transformer/transformer_config.py, megatron/core/optimizer_param_scheduler.py.
"""

from __future__ import annotations

from collections.abc import Iterable

from recipelint.dialects.base import ABSENT, ELSEWHERE, Dialect, Reader, Row
from recipelint.dialects.common import learned_positions, own_kv_heads
from recipelint.dialects.conversions import negated, switch
from recipelint.dialects.megatron import (
    ARCHITECTURE,
    MLA,
    MOE,
    OPTIMIZER,
    PARALLEL,
    SCHEDULE,
    SHARDING,
    STABLE_AND_DECAY,
    layer_frequency,
)
from recipelint.document import Mapping, follow
from recipelint.document.scalars import number_in
from recipelint.recipe.facts import Absence, Phase

_YAML_CFG = ("language_model", "model_parallel")


ROWS = (
    *ARCHITECTURE,
    *OPTIMIZER,
    *SCHEDULE,
    *PARALLEL,
    Row("model.gated_mlp", "swiglu", default=False, convert=switch),
    Row("model.mlp_bias", "disable_bias_linear", default=True, convert=negated),
    Row(
        "model.tie_embeddings",
        "untie_embeddings_and_output_weights",
        default=True,
        convert=negated,
    ),
    Row("model.max_position", "max_position_embeddings"),
    Row("model.attention.output_bias", "disable_bias_linear", default=True, convert=negated),
    Row("model.norm.eps", "norm_epsilon", default=1e-5),
    Row("model.moe.experts", "num_experts", default=0),
    Row("batch.micro_batch", "micro_batch_size"),
    Row("batch.global_batch", "global_batch_size"),
    Row("batch.sequence_length", "seq_length"),
    Row("budget.steps", "train_iters"),
    Row("parallel.vpp", "num_virtual_stages_per_pipeline_rank"),
    Row("precision.loss_scale", "loss_scale"),
    Row("memory.recompute", "recompute_granularity", default="none"),
    Row("memory.offload_activations", "cpu_offloading", default=False, convert=switch),
    Row("checkpoint.save_interval", "save_interval"),
    Row("run.output", "save"),
    Row("run.seed", "seed", default=1234),
    Row("data.document_mask", "reset_attention_mask", default=False, convert=switch),
    Row("data.tokenizer", "tokenizer_model"),
    Row("evaluation.interval", "eval_interval"),
    Row("rl.group_size", "grpo_group_size"),
    Row("rl.kl_coefficient", "grpo_kl_beta"),
    Row("rl.clip_low", "grpo_clamp_eps_lower"),
    Row("rl.clip_high", "grpo_clamp_eps_upper"),
)  # fmt: skip


def recognise(root: Mapping, _name: str) -> bool:
    """`MODEL_ARGS` of flags, `ARGS` of a test, or the two sections of `--yaml-cfg`."""
    flags = follow(root.get("MODEL_ARGS"))
    if isinstance(flags, Mapping):
        return "ENV_VARS" in root or any(e.key.startswith("--") for e in flags.entries)
    if "MODEL_ARGS" in root:
        return "ENV_VARS" in root and "TEST_TYPE" in root
    arguments = follow(root.get("ARGS"))
    if isinstance(arguments, Mapping):
        return "ENV_VARS" in root and "micro_batch_size" in arguments
    sections = [follow(root.get(key)) for key in _YAML_CFG]
    return all(isinstance(s, Mapping) for s in sections) and "micro_batch_size" in root


class Arguments:
    """The arguments of one file, by their names in Python, however the file spells them."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def key(self, name: str) -> str:
        """The dotted key of an argument."""
        if isinstance(follow(self.reader.root.get("MODEL_ARGS")), Mapping):
            return "MODEL_ARGS.--" + name.replace("_", "-")
        if isinstance(follow(self.reader.root.get("ARGS")), Mapping):
            return "ARGS." + name
        nested = (f"{section}.{name}" for section in _YAML_CFG)
        return next((key for key in nested if self.reader.own(key) is not None), name)

    def value(self, name: str) -> object:
        """What the file says; ABSENT or ELSEWHERE as with `Reader.plain`."""
        return self.reader.plain(self.key(name))

    def number(self, name: str) -> int | float | None:
        """A number, as argparse reads it, or None."""
        found = self.value(name)
        found = number_in(found) if isinstance(found, str) else found
        return found if isinstance(found, int | float) and not isinstance(found, bool) else None

    def on(self, name: str) -> bool:
        """Whether a switch is given."""
        return self.value(name) is True

    def has(self, name: str) -> bool:
        """Whether the argument is given with a value."""
        return self.reader.has(self.key(name))

    def read(self, rows: Iterable[Row]) -> None:
        """Take the facts of a key map whose keys are argument names."""
        self.reader.read(row._replace(key=self.key(row.key)) for row in rows)

    def state(self, fact: str, value: object, name: str) -> None:
        """Record a value that the argument `name` gives."""
        self.reader.state(fact, value, self.key(name))


def translate(reader: Reader) -> list[Phase]:
    """One phase for the whole run."""
    arguments = Arguments(reader)
    arguments.read(ROWS)
    _attention(arguments)
    _widths(arguments)
    _positions(arguments)
    _experts(arguments)
    _schedule(arguments)
    _batch(arguments)
    _parallel(arguments)
    _precision(arguments)
    _run(arguments)
    return [reader.phase]


def _attention(arguments: Arguments) -> None:
    reader = arguments.reader
    if arguments.on("multi_latent_attention"):
        arguments.state("model.attention.kind", "mla", "multi_latent_attention")
        arguments.read(MLA)
    elif arguments.on("group_query_attention"):
        arguments.read([Row("model.attention.kv_heads", "num_query_groups", default=1)])
    else:
        own_kv_heads(reader)
    if arguments.on("add_qkv_bias"):
        arguments.state("model.attention.qkv_bias", True, "add_qkv_bias")
    else:
        row = Row("model.attention.qkv_bias", "disable_bias_linear", default=True, convert=negated)
        arguments.read([row])
    if arguments.on("qk_layernorm"):
        kind = "latent" if arguments.on("multi_latent_attention") else "head"
        arguments.state("model.norm.qk_norm", kind, "qk_layernorm")
    else:
        reader.default("model.norm.qk_norm", "none")
    if arguments.on("qk_clip"):
        arguments.read([Row("model.attention.qk_clip", "qk_clip_threshold", default=100)])


def _widths(arguments: Arguments) -> None:
    """Without --ffn-hidden-size it is 4 h, and with SwiGLU 8 h / 3 in multiples of 64."""
    reader = arguments.reader
    hidden = reader.phase.value("model.hidden_size")
    if isinstance(hidden, int) and not arguments.has("ffn_hidden_size"):
        gated = reader.phase.value("model.gated_mlp")
        reader.default("model.ffn_size", hidden * 8 // 3 // 64 * 64 if gated else 4 * hidden)
    if reader.phase.value("model.norm.kind") == "layernorm":
        reader.default("model.norm.bias", True)


def _positions(arguments: Arguments) -> None:
    reader = arguments.reader
    found = arguments.value("position_embedding_type")
    kind = "learned_absolute" if found is ABSENT else found
    if arguments.on("use_rotary_position_embeddings"):
        kind = "rope"
    if kind == "rope":
        arguments.read(
            [
                Row("model.rope.theta", "rotary_base", default=10000),
                Row("model.rope.partial", "rotary_percent", default=1.0),
            ]
        )
        if arguments.on("use_rope_scaling"):
            arguments.state("model.rope.scaling", "llama3", "use_rope_scaling")
            arguments.read([Row("model.rope.factor", "rope_scaling_factor", default=8.0)])
    if isinstance(kind, str):
        learned_positions(
            reader, kind == "learned_absolute", f"--position-embedding-type is {kind}"
        )


def _experts(arguments: Arguments) -> None:
    reader = arguments.reader
    if not reader.phase.value("model.moe.experts"):
        return
    arguments.read(MOE)
    if not arguments.has("moe_ffn_hidden_size"):
        width = reader.phase.value("model.ffn_size")
        if isinstance(width, int):
            reader.default("model.moe.expert_ffn_size", width)
    if not arguments.has("moe_shared_expert_intermediate_size"):
        reader.default("model.moe.shared_experts", 0)
    if arguments.on("moe_router_enable_expert_bias"):
        arguments.read([Row("model.moe.bias_update_rate", "moe_router_bias_update_rate",
                            default=1e-3)])  # fmt: skip
    else:
        reader.default("model.moe.bias_update_rate", 0.0)
    layer_frequency(reader, arguments.key("moe_layer_freq"), 1)


def _schedule(arguments: Arguments) -> None:
    """Lengths may be in samples, which a global batch turns into steps."""
    reader, phase = arguments.reader, arguments.reader.phase
    batch = phase.value("batch.global_batch")
    for fact, name in (
        ("budget.steps", "train_samples"),
        ("schedule.horizon_steps", "lr_decay_samples"),
        ("schedule.warmup_steps", "lr_warmup_samples"),
    ):
        samples = arguments.number(name)
        if samples is not None and isinstance(batch, int) and batch > 0:
            arguments.state(fact, samples // batch, name)
    steps = phase.value("budget.steps")
    if steps is not None and not _any(arguments, "lr_decay_iters", "lr_decay_samples"):
        reader.default("schedule.horizon_steps", steps)
    share = arguments.number("lr_warmup_fraction")
    horizon = phase.value("schedule.horizon_steps")
    if share is not None and isinstance(horizon, int | float):
        arguments.state("schedule.warmup_steps", share * horizon, "lr_warmup_fraction")
    elif not _any(arguments, "lr_warmup_iters", "lr_warmup_samples", "lr_warmup_fraction"):
        reader.default("schedule.warmup_steps", 0)
    if phase.value("schedule.kind") == "wsd":
        _stable_and_decay(arguments)


def _stable_and_decay(arguments: Arguments) -> None:
    arguments.read(STABLE_AND_DECAY)
    phase = arguments.reader.phase
    horizon, decay = phase.value("schedule.horizon_steps"), phase.value("schedule.decay_steps")
    if isinstance(horizon, int | float) and isinstance(decay, int | float) and decay <= horizon:
        detail = f"lr_decay_iters {horizon} - lr_wsd_decay_iters {decay}"
        arguments.reader.derive("schedule.decay_start", horizon - decay, detail)


def _any(arguments: Arguments, *names: str) -> bool:
    return any(arguments.has(name) for name in names)


def _batch(arguments: Arguments) -> None:
    ramp = next((n for n in ("rampup_batch_size", "step_batch_size_schedule")
                 if arguments.has(n)), None)  # fmt: skip
    if ramp:
        arguments.state("batch.ramp", True, ramp)
    else:
        arguments.reader.default("batch.ramp", False)


def _parallel(arguments: Arguments) -> None:
    reader = arguments.reader
    reader.derive("parallel.backend", "megatron", "Megatron-LM's own parallelism")
    sharding = arguments.value("data_parallel_sharding_strategy")
    fsdp = "use_megatron_fsdp" if arguments.has("use_megatron_fsdp") else "use_custom_fsdp"
    if arguments.on(fsdp) and isinstance(sharding, str) and sharding in SHARDING:
        name = "data_parallel_sharding_strategy"
        arguments.state("parallel.zero_stage", SHARDING[sharding], name)
    elif arguments.on("use_torch_fsdp2"):
        arguments.state("parallel.zero_stage", 3, "use_torch_fsdp2")
    elif arguments.on("use_distributed_optimizer"):
        arguments.state("parallel.zero_stage", 1, "use_distributed_optimizer")
    elif not arguments.on(fsdp):
        reader.default("parallel.zero_stage", 0)
    _virtual_stages(arguments)
    uneven = next((n for n in _UNEVEN if arguments.has(n)), None)
    if uneven:
        arguments.state("parallel.uneven_layers", True, uneven)
    else:
        reader.default("parallel.uneven_layers", False)


_UNEVEN = (
    "decoder_first_pipeline_num_layers", "decoder_last_pipeline_num_layers",
    "pipeline_model_parallel_layout", "account_for_embedding_in_pipeline_split",
    "account_for_loss_in_pipeline_split",
)  # fmt: skip


def _virtual_stages(arguments: Arguments) -> None:
    phase = arguments.reader.phase
    layers, stages = phase.value("model.layers"), phase.value("parallel.pp")
    each = arguments.number("num_layers_per_virtual_pipeline_stage")
    if isinstance(layers, int) and isinstance(stages, int) and isinstance(each, int) and each > 0:
        if layers % (stages * each) == 0:
            count = layers // (stages * each)
            arguments.state("parallel.vpp", count, "num_layers_per_virtual_pipeline_stage")
    elif each is None and not _any(
        arguments, "num_virtual_stages_per_pipeline_rank", "pipeline_model_parallel_layout"
    ):
        arguments.reader.default("parallel.vpp", 1)


def _precision(arguments: Arguments) -> None:
    """With bf16 gradients are accumulated in fp32 unless the file says otherwise."""
    reader = arguments.reader
    for name in ("bf16", "fp16"):
        if arguments.on(name):
            arguments.state("precision.compute", name, name)
    if arguments.value("bf16") is ABSENT and arguments.value("fp16") is ABSENT:
        reader.default("precision.compute", "fp32")
    if arguments.on("bf16"):
        if arguments.on("grad_reduce_in_bf16"):
            arguments.state("precision.gradient_dtype", "bf16", "grad_reduce_in_bf16")
        else:
            reader.default("precision.gradient_dtype", "fp32")


def _run(arguments: Arguments) -> None:
    """What is trained. `--finetune` loads weights alone, and says nothing of the purpose."""
    reader = arguments.reader
    if arguments.on("perform_rl_step"):
        arguments.state("run.stage", "rl", "perform_rl_step")
        arguments.state("rl.algorithm", "grpo", "perform_rl_step")
    elif arguments.on("sft"):
        arguments.state("run.stage", "sft", "sft")
    elif arguments.on("finetune"):
        reader.missing("run.stage", Absence.UNKNOWN, "`finetune` starts from an earlier model")
    elif _any(arguments, "train_iters", "train_samples"):
        reader.derive("run.stage", "pretrain", "Megatron-LM pretrains unless told otherwise")
    if arguments.on("finetune"):
        arguments.state("run.resume", True, "finetune")
        arguments.state("run.resume_optimizer", False, "finetune")
    if "TEST_TYPE" in reader.root or arguments.has("exit_interval"):
        reader.derive("schedule.truncated", True, "a test, or a run with an exit interval")
    if arguments.value("save") not in (ABSENT, ELSEWHERE, None):
        reader.default("checkpoint.save_final", True)


DIALECT = Dialect(
    name="megatron-lm",
    title="Megatron-LM",
    version="core 0.16",
    recognise=recognise,
    translate=translate,
    schema="megatron-lm",
    coerces=True,
    keys=frozenset({"MODEL_ARGS", "ENV_VARS", "TEST_TYPE"}),
    unknown_keys="its parser stops there, unless the script that is started adds it",
)
