"""Architectures of published models, shared by the tests of the estimates."""

from __future__ import annotations

from recipelint.estimate.architecture import Architecture, Mla, Moe

K2 = Architecture(
    layers=61,
    hidden_size=7168,
    ffn_size=18432,
    vocab_size=163_840,
    heads=64,
    kv_heads=64,
    head_dim=192,
    tie_embeddings=False,
    mla=Mla(1536, 512, 128, 64, 128),
    moe=Moe(384, 8, 2048, shared_ffn_size=2048, first_dense_layers=1),
)
"""Kimi K2 (arXiv 2507.20534, table 2; latent sizes from its released configuration)."""
GEMMA_3_27B = Architecture(
    62,
    5376,
    21504,
    262_144,
    32,
    16,
    128,
    tie_embeddings=True,
    window=1024,
    local_per_global=5,
)
"""Gemma 3 27B (arXiv 2503.19786, section 2 and table 1)."""
