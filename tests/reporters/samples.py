"""Findings made by hand, so that the formats are tested without any rule."""

from __future__ import annotations

from typing import Any

from recipelint.findings import (
    Citation,
    Edit,
    Finding,
    Fix,
    Input,
    NotAssessed,
    Severity,
    Span,
)
from recipelint.linter import Report

FALCON = "base_model: tiiuae/falcon-7b\ncontext_parapllel_size: 2\n"
PRETRAIN = "run:\n  stage: pretrain\noptimizer:\n  adam_eps: 1.0e-5\n"

MISSPELT = Finding(
    rule="CFG102",
    name="misspelt-key",
    severity=Severity.ERROR,
    message="axolotl drops this key without a word",
    path="runs/falcon.yml",
    span=Span(2, 1, 2, 23),
    key="context_parapllel_size",
    help="did you mean `context_parallel_size`?",
    evidence=(Citation("axolotl 0.19", "schemas/config.py", "extra keys pass", "primary"),),
    fix=Fix("rename the key", (Edit(Span(2, 1, 2, 23), "context_parallel_size"),), safe=True),
)
EPSILON = Finding(
    rule="OPT001",
    name="adam-epsilon-above-gradient-rms",
    severity=Severity.WARNING,
    message="Epsilon is 2.6 times the largest RMS that the clipped gradients can have.",
    path="pretrain.yaml",
    span=Span(4, 13, 4, 19),
    key="optimizer.adam_eps",
    fact="optimizer.eps",
    phase="decay",
    help="1.0e-8 or lower",
    inputs=(
        Input("optimizer.eps", "1e-5", "pretrain.yaml:4"),
        Input("estimate.gradient.rms_bound", "3.8e-6", "estimate: clip / sqrt(parameters)"),
        Input("optimizer.grad_clip", "1", "ds.json:3"),
    ),
    evidence=(
        Citation("LongCat-Flash, arXiv 2509.01322", "3.1.3", "quality drops", "secondary"),
        Citation("bound on the RMS", "|g| / sqrt(N)", "the bound", "derived"),
        Citation("OLMo 2, arXiv 2501.00656", "3.4.1", "settles faster", "primary"),
    ),
    fix=Fix("set `adam_eps`", (Edit(Span(4, 13, 4, 19), "1.0e-8"),), safe=False),
    url="https://example.org/OPT001",
)
UNKNOWN = NotAssessed(
    "PAR010", "expert-groups", "pretrain.yaml", "decay", ("parallel.ep",), "not in the file"
)


def report(*findings: Finding, **others: Any) -> Report:
    """A report on the two files above, with their texts."""
    sources = {"runs/falcon.yml": FALCON, "pretrain.yaml": PRETRAIN}
    return Report(files=61, recipes=2, findings=list(findings), sources=sources, **others)


def at(text: str, span: Span, **others: Any) -> Report:
    """A report with one error in a file that holds `text`."""
    values: dict[str, Any] = {
        "rule": "TST001",
        "name": "some-rule",
        "severity": Severity.ERROR,
        "message": "wrong",
        "path": "a.yaml",
        **others,
    }
    finding = Finding(span=span, **values)
    return Report(files=1, recipes=1, findings=[finding], sources={finding.path: text})
