"""Which files are recipes, and of which dialect: by content, whatever they are called."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from recipelint.dialects import dialects, names, recognise
from recipelint.document import parse, read

CORPUS = os.environ.get("RECIPELINT_CORPUS")
ROOT = Path(__file__).parents[2]

RECIPES = {
    "neutral": ("r.yaml", "recipelint: 1\nrun: {stage: sft}\n"),
    "axolotl": ("r.yaml", "base_model: a/b\ndatasets: []\nmicro_batch_size: 1\n"),
    "trl": (
        "r.yaml",
        (
            "model_name_or_path: a/b\nlearning_rate: 1.0e-5\noutput_dir: out\n"
            "per_device_train_batch_size: 1\n"
        ),
    ),
    "nanotron": (
        "r.yaml",
        "general: {}\nmodel: {}\noptimizer: {}\nparallelism: {}\ntokens: {micro_batch_size: 1}\n",
    ),
    "llm-foundry": (
        "r.yaml",
        (
            "model: {name: mpt_causal_lm}\ntrain_loader: {name: text}\nmax_duration: 1ep\n"
            "global_train_batch_size: 8\n"
        ),
    ),
    "llm-foundry-mcli": (
        "r.yaml",
        (
            "image: a\ncommand: b\nparameters: {model: {name: mpt_causal_lm}, train_loader: {},"
            " max_duration: 1ep, max_seq_len: 8}\n"
        ),
    ),
    "olmo": (
        "r.yaml",
        "model: {d_model: 64}\ndata: {}\ntokenizer: {}\nmax_duration: 1ep\n",
    ),
    "olmo-core": (
        "config.json",
        '{"model": {}, "trainer": {}, "train_module": {"optim": {"lr": 0.001}}}',
    ),
    "levanter": (
        "r.yaml",
        "model: {type: llama}\ntrainer: {mp: f32, num_train_steps: 10}\n",
    ),
    "litgpt": (
        "r.yaml",
        "checkpoint_dir: checkpoints/a/b\ntrain: {micro_batch_size: 1, epochs: 1}\n",
    ),
    "maxtext": (
        "r.yml",
        "base_config: base.yml\nper_device_batch_size: 1\nsteps: 10\n",
    ),
    "fairseq2": ("r.yaml", "model: {name: a}\nregime: {num_steps: 10}\n"),
    "torchtune": (
        "r.yaml",
        "model: {_component_: torchtune.models.llama3.llama3_8b}\nbatch_size: 1\n",
    ),
    "torchtitan": ("r.toml", '[model]\nflavor = "8B"\n[job]\n[training]\nsteps = 1\n'),
    "prime-rl": ("r.toml", "max_steps = 1\n[orchestrator]\nbatch_size = 8\n"),
    "lingua": ("r.yaml", "distributed: {fsdp_type: full_shard}\noptim: {lr: 1e-3}\n"),
    "gpt-neox": (
        "r.yml",
        '{"pipe-parallel-size": 1, "num_layers": 12, "hidden-size": 768, "pos-emb": "rotary"}',
    ),
    "megatron-lm": ("r.yaml", "ENV_VARS: {}\nMODEL_ARGS:\n  --num-layers: 12\n"),
    "megatron-bridge": (
        "r.yaml",
        "model: {seq_length: 4096}\ntrain: {train_iters: 10}\noptimizer: {lr: 1e-5}\n",
    ),
    "nemo": (
        "r.yaml",
        "trainer: {devices: 1}\nexp_manager: {}\nmodel: {micro_batch_size: 1, optim: {}}\n",
    ),
    "nemo-automodel": (
        "r.yaml",
        "step_scheduler: {local_batch_size: 1}\nmodel: {pretrained_model_name_or_path: a/b}\n",
    ),
    "nemo-rl": (
        "r.yaml",
        "grpo: {}\npolicy: {train_global_batch_size: 8}\ncluster: {num_nodes: 1}\n",
    ),
    "llama-factory": (
        "r.yaml",
        (
            "model_name_or_path: a\nstage: sft\ntemplate: llama3\nfinetuning_type: lora\n"
            "learning_rate: 1.0e-4\noutput_dir: out\nper_device_train_batch_size: 1\n"
        ),
    ),
    "llama-factory-v1": ("r.yaml", "model: a/b\ntrain_dataset: data.yaml\ncutoff_len: 512\n"),
    "ms-swift": ("r.yaml", "model: a/b\ntuner_type: lora\ndataset: [a/c]\n"),
    "open-instruct": (
        "r.yaml",
        "model_name_or_path: a/b\nuse_slow_tokenizer: false\nlearning_rate: 1.0e-5\n",
    ),
    "openrlhf": ("r.yaml", "pretrain: a/b\nmicro_train_batch_size: 1\nzero_stage: 2\n"),
    "verl": ("r.yaml", "defaults: [ppo_trainer, _self_]\nactor_rollout_ref: {actor: {}}\n"),
    "dstack": (
        "r.yaml",
        "type: task\ncommands: [axolotl train a.yaml]\nnodes: 2\n",
    ),
    "lighteval": ("r.yaml", "model_parameters: {model_name: a/b, dtype: bfloat16}\n"),
    "distilabel": ("r.yaml", "distilabel: {version: 1.5.3}\npipeline: {name: a, steps: []}\n"),
    "deepspeed": ("r.json", '{"zero_optimization": {"stage": 2}}'),
    "accelerate": ("r.yaml", "distributed_type: FSDP\nnum_processes: 8\n"),
    "hf-config": ("config.json", '{"model_type": "llama", "hidden_size": 64}'),
}

GENERATIONS = {"llama-factory-v1": "llama-factory"}
"""Dialects of which the corpus knows only the framework."""

OTHERS = {
    "a GitHub workflow": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: []\n",
    "docker compose": "services:\n  web:\n    image: nginx\n",
    "kubernetes": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n---\nkind: Service\n",
    "a mergekit recipe": "base_model: a/b\nmerge_method: ties\nmodels: []\ndtype: bfloat16\n",
    "a part of a gpt-neox recipe": (
        '"num-layers": 12\n"hidden-size": 768\nzero_optimization: {stage: 1}\n'
    ),
    "a list": "- a\n- b\n",
    "a scalar": "just text\n",
    "nothing": "",
    "only a comment": "# nothing here\n",
}


@pytest.mark.parametrize("dialect", RECIPES)
def test_a_recipe_is_recognised_by_its_keys(dialect: str) -> None:
    name, text = RECIPES[dialect]
    found = recognise(parse(text, name))
    assert found is not None
    assert found.name == dialect


def test_every_dialect_has_a_case_here() -> None:
    assert sorted(RECIPES) == names()


@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_are_no_recipes(kind: str) -> None:
    assert recognise(parse(OTHERS[kind], "r.yaml")) is None


def test_a_recipe_with_a_syntax_error_is_still_recognised() -> None:
    text = RECIPES["axolotl"][1] + "adapter: [lora\nsequence_len: 4096\n"
    document = parse(text, "r.yaml")
    assert document.broken
    found = recognise(document)
    assert found is not None
    assert found.name == "axolotl"


def test_a_broken_file_that_is_no_recipe_stays_unrecognised() -> None:
    assert recognise(parse("services: [\nweb: 1\n", "r.yaml")) is None


def test_dialects_are_described() -> None:
    for dialect in dialects():
        assert dialect.title
        assert dialect.version
        assert dialect.purpose in ("recipe", "part")


@pytest.mark.skipif(CORPUS is None, reason="RECIPELINT_CORPUS is not set")
def test_real_recipes_are_recognised_and_nothing_else_is() -> None:
    """98 % of the corpus files of our dialects, and none of the other frameworks' files."""
    ours = {
        "axolotl": "axolotl",
        "trl-hf": "trl",
        "nanotron": "nanotron",
        "deepspeed-json": "deepspeed",
        "accelerate": "accelerate",
        "hf-config": "hf-config",
        "gpt-neox": "gpt-neox",
        "megatron-args-yaml": "megatron-lm",
        "megatron-bridge": "megatron-bridge",
        "nemo-v1-hydra": "nemo",
        "nemo-automodel": "nemo-automodel",
        "nemo-rl": "nemo-rl",
        "torchtune": "torchtune",
        "torchtitan": "torchtitan",
        "prime-rl": "prime-rl",
        "lingua": "lingua",
        "llm-foundry": "llm-foundry",
        "llm-foundry-mcli": "llm-foundry-mcli",
        "olmo": "olmo",
        "levanter": "levanter",
        "litgpt": "litgpt",
        "maxtext": "maxtext",
        "fairseq2": "fairseq2",
        "llama-factory": "llama-factory",
        "ms-swift": "ms-swift",
        "open-instruct": "open-instruct",
        "verl": "verl",
    }
    corpus = Path(str(CORPUS))
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    foreign = []
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            path = corpus / row["file"]
            if not path.is_file():
                continue
            found = recognise(read(str(path), row["file"]))
            expected = ours.get(row["dialect"])
            if expected:
                seen[expected] += 1
                right[expected] += (
                    found is not None and GENERATIONS.get(found.name, found.name) == expected
                )
            elif found is not None and row["kind"] != "unparseable":
                if row["kind"] in ("fragment", "eval") and found.name == row["framework"]:
                    continue  # a part that carries its framework's marks
                foreign.append((row["file"], found.name))
    assert seen
    assert {d: right[d] / seen[d] for d in seen if right[d] / seen[d] < 0.98} == {}
    assert foreign == []


@pytest.mark.skipif(CORPUS is None, reason="RECIPELINT_CORPUS is not set")
def test_files_that_are_no_recipes_get_no_finding() -> None:
    from recipelint import Linter

    linter = Linter()
    folder = Path(str(CORPUS)).parent / "not-recipes"
    if not folder.is_dir():
        pytest.skip("there is no folder of other files beside the corpus")
    report = linter.check_paths([str(folder)])
    assert report.files > 0
    assert report.findings == []
