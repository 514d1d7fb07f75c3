"""NeMo 1: Hydra configurations of `trainer`, `exp_manager` and `model`.

Read from NVIDIA/NeMo 1.23 and 2.0: collections/nlp/models/language_modeling (which keys are
read, with which default), core/optim/lr_scheduler.py, utils/exp_manager.py; and Lightning's
Trainer. Hydra puts together the files in `defaults`, so that an absent key may stand in one.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import own_kv_heads, read_betas, read_world
from recipelint.dialects.huggingface import optimizer_family
from recipelint.dialects.megatron import MOE, under
from recipelint.dialects.omegaconf import interpolate
from recipelint.dialects.overlays import attach
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_LANGUAGE = (
    "micro_batch_size", "global_batch_size", "encoder_seq_length", "restore_from_path",
    "tensor_model_parallel_size", "language_model", "pretrained_llm", "megatron_amp_O2",
)  # fmt: skip
_BASE = ("num_layers", "hidden_size", "transformer_block_type", "masked_softmax_fusion")
"""Of the file that encoder-decoder models take their blocks from."""
_SCHEDULES = {
    "CosineAnnealing": "cosine", "WarmupAnnealing": "linear", "NoamAnnealing": "inverse_sqrt",
    "NoamHoldAnnealing": "inverse_sqrt", "InverseSquareRootAnnealing": "inverse_sqrt",
    "SquareRootAnnealing": "other", "PolynomialDecayAnnealing": "polynomial",
    "PolynomialHoldDecayAnnealing": "polynomial", "WarmupPolicy": "constant",
    "WarmupHoldPolicy": "constant", "StepLR": "multistep", "ExponentialLR": "exponential",
    "ReduceLROnPlateau": "plateau", "CyclicLR": "other",
}  # fmt: skip
_PRECISIONS = {
    "16": "fp16", "16-mixed": "fp16", "bf16": "bf16", "bf16-mixed": "bf16", "32": "fp32",
    "32-true": "fp32", "bf16-true": "bf16",
}  # fmt: skip
_SHARDED = ("distributed_fused_adam", "mcore_distributed_optim")
_SCHED = "model.optim.sched."
_CALLBACK = "exp_manager.checkpoint_callback_params."


def _count(number: object) -> object:
    """-1 stands for no limit."""
    return ABSENT if not isinstance(number, int | float) or number <= 0 else number


def _gated(activation: object) -> object:
    return "glu" in activation if isinstance(activation, str) else ABSENT


def _family(name: object) -> object:
    """Megatron Core's distributed optimizer is Adam under a name of its own."""
    return "adam" if name == "mcore_distributed_optim" else optimizer_family(name)


def _interval(number: object) -> object:
    """A share of an epoch if it is a fraction, else steps."""
    return number if isinstance(number, int) and not isinstance(number, bool) else ABSENT


def _norm(name: object) -> object:
    lowered = str(name).lower()
    return {"layernorm1p": "layernorm", "low_precision_layernorm": "layernorm"}.get(
        lowered, lowered if lowered in ("layernorm", "rmsnorm") else ABSENT
    )


ROWS = (
    Row("run.name", "name"),
    Row("run.seed", "model.seed"),
    Row("run.output", "exp_manager.exp_dir"),
    Row("model.layers", "model.num_layers"),
    Row("model.hidden_size", "model.hidden_size"),
    Row("model.ffn_size", "model.ffn_hidden_size"),
    Row("model.activation", "model.activation"),
    Row("model.gated_mlp", "model.activation", convert=_gated),
    Row("model.mlp_bias", "model.bias"),
    Row("model.tie_embeddings", "model.share_embeddings_and_output_weights"),
    Row("model.max_position", "model.max_position_embeddings"),
    Row("model.dropout", "model.hidden_dropout"),
    Row("model.init_std", "model.init_method_std"),
    Row("model.attention.heads", "model.num_attention_heads"),
    Row("model.attention.kv_heads", "model.num_query_groups"),
    Row("model.attention.head_dim", "model.kv_channels"),
    Row("model.attention.dropout", "model.attention_dropout"),
    Row("model.attention.qkv_bias", "model.qkv_bias"),
    Row("model.norm.kind", "model.normalization", convert=_norm),
    Row("model.norm.eps", "model.layernorm_epsilon"),
    Row("model.rope.theta", "model.rotary_base"),
    Row("model.rope.partial", "model.rotary_percentage"),
    Row("model.moe.experts", "model.num_moe_experts"),
    Row("optimizer.name", "model.optim.name"),
    Row("optimizer.family", "model.optim.name", convert=_family),
    Row("optimizer.learning_rate", "model.optim.lr"),
    Row("optimizer.eps", "model.optim.eps"),
    Row("optimizer.weight_decay", "model.optim.weight_decay"),
    Row("optimizer.grad_clip", "trainer.gradient_clip_val", default=0.0),
    Row("schedule.name", _SCHED + "name"),
    Row("schedule.kind", _SCHED + "name",
        convert=lambda n: _SCHEDULES.get(n, ABSENT) if isinstance(n, str) else ABSENT),
    Row("schedule.warmup_steps", _SCHED + "warmup_steps"),
    Row("schedule.warmup_ratio", _SCHED + "warmup_ratio"),
    Row("schedule.min_learning_rate", _SCHED + "min_lr"),
    Row("batch.micro_batch", "model.micro_batch_size"),
    Row("batch.global_batch", "model.global_batch_size"),
    Row("batch.micro_batch", "model.data.train_ds.micro_batch_size"),
    Row("batch.global_batch", "model.data.train_ds.global_batch_size"),
    Row("batch.sequence_length", "model.data.train_ds.max_seq_length"),
    Row("batch.sequence_length", "model.data.seq_length"),
    Row("batch.sequence_length", "model.encoder_seq_length"),
    Row("budget.steps", "trainer.max_steps", convert=_count),
    Row("parallel.tp", "model.tensor_model_parallel_size", default=1),
    Row("parallel.pp", "model.pipeline_model_parallel_size", default=1),
    Row("parallel.vpp", "model.virtual_pipeline_model_parallel_size"),
    Row("parallel.cp", "model.context_parallel_size", default=1),
    Row("parallel.ep", "model.expert_model_parallel_size", default=1),
    Row("parallel.sequence_parallel", "model.sequence_parallel", default=False),
    Row("cluster.nodes", "trainer.num_nodes", default=1),
    Row("cluster.gpus_per_node", "trainer.devices", convert=_count),
    Row("precision.compute", "trainer.precision",
        convert=lambda p: _PRECISIONS.get(str(p), ABSENT)),
    Row("memory.recompute", "model.activations_checkpoint_granularity", default="none"),
    Row("checkpoint.keep", _CALLBACK + "save_top_k", convert=_count),
    Row("checkpoint.save_interval", _CALLBACK + "every_n_train_steps"),
    Row("checkpoint.averaging.ema_decay", "exp_manager.ema.decay"),
    Row("data.tokenizer", "model.tokenizer.type"),
    Row("data.document_mask", "model.data.reset_attention_mask"),
    Row("evaluation.interval", "trainer.val_check_interval", convert=_interval),
    Row("preference.beta", "model.dpo.ref_policy_kl_penalty"),
)  # fmt: skip


def recognise(root: Mapping, _name: str) -> bool:
    """Lightning's `trainer` beside a `model` that NeMo manages or that is a language model."""
    trainer, model = follow(root.get("trainer")), follow(root.get("model"))
    if not isinstance(trainer, Mapping) or not isinstance(model, Mapping):
        return all(key in root for key in _BASE)
    if not any(key in trainer for key in ("devices", "num_nodes", "max_steps", "precision")):
        return False
    if isinstance(follow(root.get("exp_manager")), Mapping):
        return True
    language = any(key in model for key in _LANGUAGE)
    return (language and ("optim" in model or "restore_from_path" in model)) or _built(model)


def _built(model: Mapping) -> bool:
    llm = follow(model.get("llm"))
    target = follow(llm.get("_target_")) if isinstance(llm, Mapping) else None
    return isinstance(target, Scalar) and target.text.startswith("nemo.")


def translate(reader: Reader) -> list[Phase]:
    """One phase for the whole run."""
    _defaults(reader)
    reader.read(ROWS)
    if reader.phase.value("model.moe.experts"):
        reader.read(under("model.", MOE))
    _optimizer(reader)
    _schedule(reader)
    _length(reader)
    _parallel(reader)
    _adapter(reader)
    _stage(reader)
    _positions(reader)
    if reader.plain("exp_manager.ema.enable") is True:
        reader.state("checkpoint.averaging.kind", "ema", "exp_manager.ema.enable")
    return [reader.phase]


def _defaults(reader: Reader) -> None:
    """Files named by `defaults`. Groups and packages fill keys that are not told here."""
    node = reader.node("defaults")
    plain = []
    for item in node.items if isinstance(node, Sequence) else ():
        entry = follow(item)
        if isinstance(entry, Scalar) and entry.text != "_self_":
            plain.append(entry.text.removesuffix(".yaml") + ".yaml")
        elif isinstance(entry, Mapping) and not _empty_option(entry):
            reader.unread = "it may stand in a file that `defaults` names"
    attach(reader, plain, "-")


def _empty_option(entry: Mapping) -> bool:
    """`optional group@package:` without a choice takes nothing in."""
    values = [follow(e.value) for e in entry.entries]
    return all(isinstance(v, Scalar) and v.text in ("", "null", "~") for v in values)


def _optimizer(reader: Reader) -> None:
    read_betas(reader, "model.optim.betas")
    if reader.plain("model.fsdp") is True:
        reader.state("parallel.zero_stage", 3, "model.fsdp")
    elif reader.plain("model.optim.name") in _SHARDED:
        reader.state("parallel.zero_stage", 1, "model.optim.name")
    elif reader.has("model.optim.name"):
        reader.derive("parallel.zero_stage", 0, "the optimizer is not a distributed one")


def _schedule(reader: Reader) -> None:
    """A cosine is planned for the run, less the `constant_steps` at its end."""
    steps = reader.plain(_SCHED + "max_steps")
    if isinstance(steps, int):
        reader.state("schedule.horizon_steps", steps, _SCHED + "max_steps")


def _length(reader: Reader) -> None:
    epochs = reader.plain("trainer.max_epochs")
    if isinstance(epochs, int) and epochs > 0 and reader.phase.value("budget.steps") is None:
        reader.state("budget.epochs", epochs, "trainer.max_epochs")
    ramp = "model.rampup_batch_size"
    if reader.has(ramp):
        reader.state("batch.ramp", True, ramp)


def _parallel(reader: Reader) -> None:
    read_world(reader)
    if reader.has("model.tensor_model_parallel_size"):
        reader.derive("parallel.backend", "megatron", "a model with Megatron's parallel sizes")


def _adapter(reader: Reader) -> None:
    scheme = reader.plain("model.peft.peft_scheme")
    key = "model.peft.peft_scheme"
    if scheme in (None, "none", "None", "null") and reader.entry(key) is not None:
        reader.state("adapter.kind", "none", key)
    elif isinstance(scheme, str) and scheme in ("lora", "qlora"):
        reader.state("adapter.kind", scheme, key)
        prefix = "model.peft.lora_tuning."
        reader.read(
            [
                Row("adapter.rank", prefix + "adapter_dim"),
                Row("adapter.alpha", prefix + "alpha"),
                Row("adapter.dropout", prefix + "adapter_dropout"),
            ]
        )
    elif isinstance(scheme, str):
        reader.state("adapter.kind", "other", key)


def _stage(reader: Reader) -> None:
    """What the data look like tells what is trained."""
    if reader.has("model.dpo"):
        reader.state("run.stage", "preference", "model.dpo")
        reader.state("preference.loss", "dpo", "model.dpo")
    elif reader.has("model.ppo") or reader.has("model.reinforce"):
        key = "model.ppo" if reader.has("model.ppo") else "model.reinforce"
        reader.state("run.stage", "rl", key)
    elif reader.has("model.kd") or reader.has("model.kd_teacher_restore_from_path"):
        reader.missing("run.stage", Absence.UNKNOWN, "there is a teacher")
    elif reader.has("model.data.train_ds") and reader.has("model.restore_from_path"):
        reader.state("run.stage", "sft", "model.data.train_ds")
    elif reader.has("model.data.splits_string") and not reader.has("model.restore_from_path"):
        reader.state("run.stage", "pretrain", "model.data.splits_string")
    if reader.has("model.restore_from_path"):
        reader.state("run.resume", True, "model.restore_from_path")


def _positions(reader: Reader) -> None:
    """Only a model that is described here, not restored, has its defaults from the code."""
    if not reader.has("model.num_layers"):
        return
    own_kv_heads(reader)
    kind = reader.plain("model.position_embedding_type")
    rows = reader.phase.value("model.max_position")
    if kind in ("rope", "alibi", "kerple", "relative", "none"):
        reader.derive("model.learned_positions", 0, f"`position_embedding_type` is {kind}")
    elif kind == "learned_absolute" and isinstance(rows, int):
        reader.state("model.learned_positions", rows, "model.position_embedding_type")
    if not reader.has("model.num_moe_experts"):
        reader.default("model.moe.experts", 0)
    for fact, default in (("model.dropout", 0.1), ("model.attention.dropout", 0.1)):
        reader.default(fact, default)


DIALECT = Dialect(
    name="nemo",
    title="NeMo",
    version="1.23",
    recognise=recognise,
    translate=translate,
    untyped=True,
    schema="nemo",
    scalars=omegaconf,
    duplicates_refused=True,
    interpolate=interpolate,
    keys=frozenset({"trainer", "exp_manager", "model"}),
)
