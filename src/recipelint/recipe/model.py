"""The canonical recipe as pydantic models.

This is the neutral dialect's schema, and the one place where facts are named. Every leaf is
optional: an absent leaf is unknown, never a default. Learning rates are per step, lengths are in
tokens, intervals are in optimizer steps, sizes are counts, memory is in GiB (2**30 bytes),
shares are fractions between 0 and 1. A `phase` overrides sections of the recipe for one stretch
of the run; each phase is seen by rules as a whole recipe.

Its modules import pydantic, so nothing on the path of a check imports it: the engine reads the
table of names and types that `tools/generate_facts.py` writes from it (`facts.json`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from recipelint.recipe.architecture import Model
from recipelint.recipe.section import Count, Dtype, Number, Positive, Rate, Section, Share, Stage


class Run(Section):
    """What is run, and in which stage of a model's life."""

    name: str | None = None
    stage: Stage | None = None
    seed: int | None = None
    resume: bool | None = Field(
        None, description="starts from weights of an earlier phase or model"
    )
    resume_optimizer: bool | None = Field(None, description="loads optimizer state as well")
    output: str | None = Field(None, description="where checkpoints go")


class Optimizer(Section):
    """The optimizer. `family` groups names that follow the same update rule."""

    name: str | None = None
    family: Literal["adam", "muon", "lion", "adafactor", "sgd", "shampoo", "other"] | None = None
    learning_rate: Number | None = Field(None, description="peak")
    beta1: Number | None = None
    beta2: Number | None = None
    eps: Number | None = None
    weight_decay: Number | None = None
    decay_embeddings: bool | None = None
    grad_clip: Number | None = Field(None, description="global norm; 0 is no clipping")
    momentum: Number | None = None
    rms_scale: Rate | None = Field(None, description="Muon: RMS that an update is scaled to")
    matrices_only: bool | None = Field(
        None, description="Muon: vectors and embeddings left to Adam"
    )
    state_dtype: Dtype | None = Field(None, description="dtype of both moments")
    second_moment_dtype: Dtype | None = None
    eight_bit: bool | None = Field(None, description="block-scaled 8-bit states")


class Schedule(Section):
    """Learning rate against steps. Lengths may be given in steps, tokens or shares of the phase."""

    name: str | None = Field(None, description="the schedule as the framework calls it")
    kind: (
        Literal[
            "constant",
            "cosine",
            "linear",
            "wsd",
            "polynomial",
            "inverse_sqrt",
            "exponential",
            "multistep",
            "cosine_restarts",
            "one_cycle",
            "plateau",
            "other",
        ]
        | None
    ) = None
    warmup_steps: Number | None = None
    warmup_ratio: Number | None = Field(None, description="share of the phase's steps")
    warmup_tokens: Rate | None = None
    decay_start: Number | None = Field(None, description="step at which decay begins")
    decay_steps: Number | None = None
    decay_tokens: Rate | None = None
    decay_share: Share | None = Field(None, description="share of the phase spent in decay")
    decay_shape: (
        Literal["linear", "cosine", "1-sqrt", "exponential", "square", "polynomial", "constant"]
        | None
    ) = None
    start_learning_rate: Rate | None = Field(None, description="at the first step after warmup")
    min_learning_rate: Number | None = Field(None, description="at the end of the decay")
    min_ratio: Number | None = Field(None, description="min_learning_rate / peak")
    horizon_steps: Number | None = Field(None, description="steps the decay is planned for")
    horizon_tokens: Rate | None = None
    rewarm: bool | None = Field(None, description="a rise against the previous phase is intended")
    continues: bool | None = Field(None, description="a later phase of this run follows")
    truncated: bool | None = Field(None, description="stopped before the horizon on purpose")


class Batch(Section):
    """What one optimizer step sees. `global_batch` counts sequences, `global_tokens` tokens."""

    micro_batch: Positive | None = None
    gradient_accumulation: Positive | None = None
    global_batch: Positive | None = None
    global_tokens: Rate | None = None
    sequence_length: Positive | None = None
    ramp: bool | None = Field(None, description="batch or length grows during the phase")


class Budget(Section):
    """How long the phase is."""

    tokens: Rate | None = None
    steps: Number | None = None
    epochs: Number | None = None
    gpu_hours: Rate | None = None


class Parallel(Section):
    """Parallel sizes. Expert ranks lie inside dp x cp x tp and are not multiplied in."""

    world_size: Positive | None = None
    tp: Positive | None = None
    pp: Positive | None = None
    vpp: Positive | None = None
    cp: Positive | None = None
    ep: Positive | None = None
    dp: Positive | None = None
    dp_replicate: Positive | None = None
    zero_stage: Annotated[int, Field(ge=0, le=3)] | None = Field(
        None, description="0 none, 1 optimizer, 2 + gradients, 3 + parameters (FSDP full shard)"
    )
    sequence_parallel: bool | None = None
    pipeline_schedule: str | None = Field(None, description="1f1b, afab, interleaved, dualpipe")
    uneven_layers: bool | None = Field(None, description="stages may hold different layer counts")
    backend: Literal["ddp", "deepspeed", "fsdp", "fsdp2", "megatron", "none"] | None = None


class Precision(Section):
    """Number formats."""

    compute: Dtype | None = None
    bf16: bool | None = Field(None, description="the framework's bf16 switch")
    fp16: bool | None = Field(None, description="the framework's fp16 switch")
    master_dtype: Dtype | None = Field(None, description="dtype of the weights that are updated")
    gradient_dtype: Dtype | None = Field(None, description="dtype gradients are accumulated in")
    loss_scale: Rate | None = Field(None, description="static loss scale; 0 is dynamic")
    stochastic_rounding: bool | None = None


class Memory(Section):
    """What is saved by recomputing or moving."""

    recompute: Literal["none", "selective", "full"] | None = None
    offload_optimizer: bool | None = None
    offload_parameters: bool | None = None
    offload_activations: bool | None = None
    chunked_loss: bool | None = None
    per_gpu: Rate | None = Field(None, description="GiB of model states, as published")


class Averaging(Section):
    """Averaging of checkpoints along the run, or of several runs."""

    kind: Literal["sma", "ema", "soup", "merge", "none"] | None = None
    count: Count | None = None
    interval_steps: Number | None = None
    interval_tokens: Rate | None = None
    ema_decay: Share | None = None
    distinct_seeds: Count | None = Field(None, description="soup: runs with different data order")


class Checkpoint(Section):
    """Saving."""

    save_interval: Number | None = Field(None, description="steps; 0 is never")
    keep: Count | None = None
    save_final: bool | None = None
    load_best: bool | None = None
    averaging: Averaging = Averaging()


class Source(Section):
    """One data set in the mixture."""

    name: str | None = None
    weight: Number | None = None
    tokens: Rate | None = Field(None, description="unique tokens")
    epochs: Rate | None = Field(None, description="times it is seen")
    kind: str | None = Field(None, description="web, code, math, synthetic, long …")


class Data(Section):
    """What the model reads."""

    sources: tuple[Source, ...] | None = None
    weights_normalized: bool | None = Field(None, description="the framework rescales weights")
    packing: bool | None = None
    document_mask: bool | None = None
    tokenizer: str | None = None
    stage_starts: tuple[Number, ...] | None = Field(None, description="step each stage begins at")
    validation_share: Number | None = None
    stem_code_share: Share | None = None
    long_share: Share | None = Field(None, description="share of long documents")
    quality_threshold: Number | None = Field(None, description="FineWeb-Edu score that is kept")
    synthetic: bool | None = None
    decontaminated: bool | None = None
    repeats: Rate | None = Field(None, description="largest number of epochs over one source")


class Evaluation(Section):
    """Evaluation during training."""

    enabled: bool | None = None
    interval: Number | None = None


class Adapter(Section):
    """Parameter-efficient fine-tuning. `kind: none` is full fine-tuning."""

    kind: Literal["none", "lora", "qlora", "dora", "llama-adapter", "other"] | None = None
    rank: Positive | None = None
    alpha: Number | None = None
    dropout: Share | None = None
    rslora: bool | None = None
    targets: tuple[str, ...] | None = None


class Quantization(Section):
    """Quantisation of the frozen base weights or during training."""

    bits: Positive | None = None
    method: str | None = None


class Preference(Section):
    """Direct preference optimisation and relatives."""

    loss: str | None = None
    beta: Number | None = None
    label_smoothing: Number | None = None


class Rl(Section):
    """Reinforcement learning."""

    algorithm: str | None = None
    group_size: Count | None = Field(None, description="completions per prompt")
    generation_batch: Positive | None = Field(None, description="completions per generation round")
    temperature: Number | None = None
    kl_coefficient: Number | None = None
    clip_low: Number | None = None
    clip_high: Number | None = None
    ratio_level: Literal["token", "sequence"] | None = None
    max_prompt: Positive | None = None
    max_completion: Count | None = None


class Distillation(Section):
    """Learning from a teacher's distribution."""

    loss: str | None = None
    top_k: Positive | None = Field(None, description="teacher logits kept per token")
    renormalized: bool | None = None
    sampled: bool | None = Field(None, description="kept logits are sampled, not the first k")
    teacher_parameters: Rate | None = None
    on_policy: bool | None = None


class Stability(Section):
    """Auxiliary terms that keep logits small."""

    z_loss: Rate | None = Field(None, description="coefficient on output logits")
    z_loss_active: bool | None = Field(None, description="false where the term is never computed")
    hidden_z_loss: Rate | None = Field(None, description="coefficient on the last hidden state")


class Cluster(Section):
    """The machines. Usually given on the command line or by a launcher file."""

    nodes: Positive | None = None
    gpus_per_node: Positive | None = None
    gpu: str | None = None
    gpu_memory: Rate | None = Field(None, description="GiB per GPU")
    nvlink_domain: Positive | None = Field(None, description="GPUs joined by NVLink")


class Observed(Section):
    """Measured values of an earlier or running job."""

    gradient_rms: Rate | None = None
    gradient_norm: Rate | None = Field(None, description="median of the later half of the log")
    max_attention_logit: Rate | None = None
    loss: Number | None = Field(None, description="training loss, median of the later half")
    learning_rate: Number | None = Field(None, description="largest that was logged")
    balance_gradient_ratio: Rate | None = Field(
        None, description="measured |balance loss gradient| / |LM loss gradient|"
    )


class Sections(Section):
    """Every section of a recipe; shared by recipes and their phases."""

    run: Run = Run()
    model: Model = Model()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    batch: Batch = Batch()
    budget: Budget = Budget()
    parallel: Parallel = Parallel()
    precision: Precision = Precision()
    memory: Memory = Memory()
    checkpoint: Checkpoint = Checkpoint()
    data: Data = Data()
    evaluation: Evaluation = Evaluation()
    adapter: Adapter = Adapter()
    quantization: Quantization = Quantization()
    preference: Preference = Preference()
    rl: Rl = Rl()
    distillation: Distillation = Distillation()
    stability: Stability = Stability()
    cluster: Cluster = Cluster()
    observed: Observed = Observed()


class Phase(Sections):
    """One stretch of a run; what it does not say, it takes from the recipe above it."""

    name: str


class Recipe(Sections):
    """A whole recipe in the neutral dialect.

    `recipelint` is the version of this format and marks a file as neutral; `phases` are run in
    order, each starting from the weights of the one before.
    """

    recipelint: Literal[1]
    title: str | None = None
    phases: tuple[Phase, ...] = ()
