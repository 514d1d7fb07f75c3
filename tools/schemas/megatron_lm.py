"""Megatron-LM: its command-line arguments, from the parser and the dataclasses it is built from.

The package carries ``megatron/training/arguments.py`` since 0.17. An argument is added by a call
of ``add_argument``, or by a factory that turns each field of a dataclass into one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .fields import Field, all_fields
from .modules import Found, Index, is_enum, last_name, literal_or_none
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "megatron-core"
VERSIONS = ("0.17.1", "0.18.2", "0.19.2")
PREFIXES = ("megatron/training/", "megatron/core/")

_PARSERS = ("megatron.training.arguments", "megatron.training.yaml_arguments")
_SCALARS = {"int": {"int"}, "float": {"int", "float"}, "str": {"str", "int", "float", "bool"}}

#: Arguments of scripts in the repository that the functional tests start, and of the tests of
#: NeMo, whose files have the same form.
_SCRIPTS = (
    "--batch-boundaries", "--beta", "--coordinator-schedule-output-path", "--drain-between-batches",
    "--incoming-requests-duration", "--incoming-requests-per-sec", "--incoming-requests-per-step",
    "--max-batch-size", "--model-provider", "--num-tokens-from-file", "--num-tokens-to-generate",
    "--num-tokens-to-prompt", "--output-every-n-results", "--output-path",
    "--output-request-events", "--prompt-file", "--prompt-file-num-truncate", "--prompts",
    "--random-seed", "--return-log-probs", "--rl-profile", "--stop-words", "--temperature",
    "--throughput-check-only", "--top-k", "--top-n-logprobs", "--top-p", "--top_k", "--top_p",
    "--termination-id", "--suspend-resume-interval", "--freeze-LM", "--freeze-ViT",
    "--language-model-type", "--vision-model-type", "--tokenizer-prompt-format",
    "--inference-ckpt-non-strict", "--inference-repeat-n", "--use-flashinfer-fused-rope",
    "--no-record-throughput", "--dataloader-seq-length", "--disable-vision-class-token",
    "--use-packed-sequence", "--enable-gpt-oss", "--export-default-te-spec",
    "--export-force-local-attention", "--export-kd-cfg", "--export-kd-finalize",
    "--export-kd-teacher-load", "--export-kd-teacher-ckpt-format", "--export-kv-cache-quant",
    "--export-legacy-megatron", "--export-model-type", "--export-moe-apply-probs-on-input",
    "--export-num-eagle-layers", "--export-num-medusa-heads", "--export-offline-model",
    "--export-qk-l2-norm", "--export-quant-cfg", "--export-real-quant-cfg",
    "--export-te-mcore-model", "--finetune-data-split", "--finetune-hf-dataset",
    "--teacher-model-config",
)  # fmt: skip

#: Overrides in the tests of NeMo.
_NEMO = (
    "data.global_batch_size", "data.micro_batch_size", "data.seq_length",
    "model.config.ffn_hidden_size", "model.config.hidden_size",
    "model.config.num_attention_heads", "model.config.num_layers", "trainer.devices",
    "trainer.limit_val_batches", "trainer.max_steps", "trainer.num_nodes",
    "trainer.strategy.context_parallel_size", "trainer.strategy.expert_model_parallel_size",
    "trainer.strategy.pipeline_model_parallel_size", "trainer.strategy.sequence_parallel",
    "trainer.strategy.tensor_model_parallel_size", "trainer.val_check_interval",
)  # fmt: skip

#: Arguments of releases before 0.17, which the package did not carry.
_OLDER = (
    "--fp8-e4m3", "--fp8-hybrid", "--retro-project-dir", "--retro-add-retriever",
    "--use-dist-ckpt", "--dist-ckpt-format", "--use-custom-fsdp", "--moe-use-upcycling",
    "--checkpoint-activations", "--no-position-embedding", "--encoder-tensor-model-parallel-size",
    "--encoder-pipeline-model-parallel-size", "--standalone-embedding-stage",
    "--no-load-rng", "--distribute-saved-activations", "--use-rotary-position-embeddings",
    "--moe-extended-tp", "--moe-token-drop-policy", "--pipeline-model-parallel-split-rank",
    "--use-one-sent-docs", "--position-embedding-type", "--log-learning-rate-to-tensorboard",
    "--no-async-tensor-model-parallel-allreduce", "--data-impl", "--mmap-warmup",
    "--lazy-mpu-init", "--use-ring-exchange-p2p", "--hybrid-attention-ratio",
    "--hybrid-mlp-ratio", "--hybrid-override-pattern", "--spec", "--log-world-size-to-tensorboard",
)  # fmt: skip


def read(release: Release) -> Sections:
    """The table of one release: the same arguments as flags, and in snake case."""
    index = Index(release.files)
    reader = Reader(index)
    flags: dict[str, Key] = dict(_declared(index)) | dict(_generated(reader))
    for name in (*_SCRIPTS, *_NEMO, *_OLDER):
        flags.setdefault(name, Key(frozenset({"any"}), coerces=True))
    snake = {name.removeprefix("--").replace("-", "_"): key for name, key in flags.items()}
    root = {
        "MODEL_ARGS": Key(frozenset({"any"}), section=("MODEL_ARGS",)),
        "ARGS": Key(frozenset({"any"}), section=("ARGS",)),
    }
    return {
        "": Section("open", root),
        "MODEL_ARGS": Section("warn", flags),
        "ARGS": Section("warn", snake),
    }


def _declared(index: Index) -> Iterator[tuple[str, Key]]:
    """Arguments that are added one by one."""
    for module in _PARSERS:
        found = index.modules.get(module)
        for node in ast.walk(found.tree) if found else ():
            if isinstance(node, ast.Call) and last_name(node.func) == "add_argument":
                for name in _flags(node):
                    yield name, _key(node)


def _flags(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        name = literal_or_none(argument)
        if isinstance(name, str) and name.startswith("--"):
            yield name


def _key(call: ast.Call) -> Key:
    stated = {keyword.arg: keyword.value for keyword in call.keywords}
    action = literal_or_none(stated.get("action", ast.Constant("")))
    if str(action).startswith("store_"):
        return Key(frozenset({"bool"}), coerces=True)
    if action or "nargs" in stated:
        return Key(frozenset({"any"}), coerces=True)
    kind = last_name(stated["type"]) if "type" in stated else "str"
    types = frozenset(_SCALARS.get(kind, {"any"}))
    return Key(types, choices=_choices(stated.get("choices"), kind), coerces=True)


def _choices(node: ast.expr | None, kind: str) -> frozenset[str] | None:
    """The words an argument may have; None where the list is not written out."""
    values = literal_or_none(node) if node is not None else None
    if kind != "str" or not isinstance(values, list | tuple):
        return None
    return frozenset(values) if all(isinstance(value, str) for value in values) else None


def _generated(reader: Reader) -> Iterator[tuple[str, Key]]:
    """Arguments that a factory makes of dataclass fields."""
    for found in _sources(reader.index):
        for field in all_fields(reader, found).values():
            for name in _names(field, _meta(field)):
                yield name, _field_key(reader.index, field)


def _sources(index: Index) -> Iterator[Found]:
    parser = index.modules["megatron.training.arguments"]
    for node in ast.walk(parser.tree):
        if isinstance(node, ast.Call) and last_name(node.func).endswith("ArgumentGroupFactory"):
            found = index.find_class(parser, last_name(node.args[0])) if node.args else None
            if found is not None:
                yield from index.lineage(found)


def _names(field: Field, meta: dict[str, ast.expr]) -> list[str]:
    """Names set in the field's metadata, else its own; a default of True is switched off."""
    stated = literal_or_none(meta["arg_names"]) if "arg_names" in meta else None
    if isinstance(stated, list):
        return [name for name in stated if isinstance(name, str)]
    own = field.name.replace("_", "-")
    return [f"--no-{own}", f"--{own}"] if field.default is True else [f"--{own}"]


def _meta(field: Field) -> dict[str, ast.expr]:
    """The entries of ``metadata={"argparse_meta": {…}}`` in a field's declaration."""
    assert isinstance(field.owner.node, ast.ClassDef)
    for statement in field.owner.node.body:
        if isinstance(statement, ast.AnnAssign) and last_name(statement.target) == field.name:
            for node in ast.walk(statement):
                if isinstance(node, ast.Dict):
                    pairs = zip(node.keys, node.values, strict=True)
                    named = {literal_or_none(k): v for k, v in pairs if k is not None}
                    if "arg_names" in named:
                        return {str(name): value for name, value in named.items()}
    return {}


def _field_key(index: Index, field: Field) -> Key:
    types = field.shape.types
    if types == {"bool"}:
        return Key(types, coerces=True)
    scalars = {"int", "float", "str"}
    if not types or not types <= scalars or _of_an_enum(index, field):
        return Key(frozenset({"any"}), coerces=True)
    wide = frozenset().union(*(_SCALARS[kind] for kind in types))
    return Key(frozenset(wide), choices=field.shape.choices, coerces=True)


def _of_an_enum(index: Index, field: Field) -> bool:
    """Whether the field holds a member of an enum, which the command line gives by its name."""
    assert isinstance(field.owner.node, ast.ClassDef)
    for statement in field.owner.node.body:
        if isinstance(statement, ast.AnnAssign) and last_name(statement.target) == field.name:
            names = [n for n in ast.walk(statement.annotation) if isinstance(n, ast.Name)]
            found = [index.find_class(field.owner.module, name.id) for name in names]
            return any(one is not None and is_enum(index, one) for one in found)
    return False
