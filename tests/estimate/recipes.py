"""Facts of one recipe, shared by the tests of the named estimates."""

from __future__ import annotations

LLAMA_3_8B: dict[str, object] = {
    "model.family": "llama",
    "model.layers": 32,
    "model.hidden_size": 4096,
    "model.ffn_size": 14336,
    "model.vocab_size": 128_256,
    "model.attention.heads": 32,
    "model.attention.kv_heads": 8,
    "model.tie_embeddings": False,
    "model.rope.theta": 500_000.0,
}
PRETRAIN: dict[str, object] = {
    **LLAMA_3_8B,
    "run.stage": "pretrain",
    "optimizer.family": "adam",
    "optimizer.learning_rate": 3e-4,
    "optimizer.grad_clip": 1.0,
    "schedule.kind": "wsd",
    "schedule.warmup_steps": 2000,
    "schedule.decay_steps": 10_000,
    "schedule.min_learning_rate": 3e-5,
    "batch.global_batch": 1024,
    "batch.micro_batch": 1,
    "batch.sequence_length": 4096,
    "budget.steps": 100_000,
    "parallel.world_size": 64,
    "parallel.tp": 2,
    "parallel.pp": 4,
    "parallel.vpp": 1,
    "parallel.cp": 1,
    "parallel.zero_stage": 1,
    "parallel.sequence_parallel": True,
    "precision.compute": "bf16",
    "precision.master_dtype": "fp32",
    "precision.gradient_dtype": "fp32",
    "memory.recompute": "selective",
    "memory.chunked_loss": False,
    "model.attention.implementation": "flash_attention_2",
    "cluster.gpu": "H100-80GB",
}
GIB = 2**30
PARAMETERS = 8_030_261_248


def changed(**facts: object) -> dict[str, object]:
    """PRETRAIN with facts replaced (`a__b` for `a.b`), or removed where None."""
    new = {**PRETRAIN, **{name.replace("__", "."): value for name, value in facts.items()}}
    return {name: value for name, value in new.items() if value is not None}


ADAPTER: dict[str, object] = {
    "adapter.kind": "lora",
    "adapter.rank": 16,
    "adapter.targets": (
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
    ),
}
