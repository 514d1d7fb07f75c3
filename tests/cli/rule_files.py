"""Rules for the tests of the command line, which do not change with the shipped ones."""

from __future__ import annotations

from pathlib import Path

RULES = {
    "optimizer/TST001-rate-too-high.yaml": """\
id: TST001
name: rate-too-high
severity: error
severity_reason: the tests want an error
summary: The learning rate is above one
applies: optimizer.learning_rate > 0
requires: optimizer.learning_rate <= parameters.highest
at: optimizer.learning_rate
message: "learning rate {optimizer.learning_rate} is above {parameters.highest}"
help: use a lower one
why: |
  A step longer than the weights themselves forgets them.

  The second paragraph says it again.
evidence:
  - {source: A Report, where: section 1, finds: it diverges, status: primary}
parameters:
  highest: 1.0
fix: {set: optimizer.learning_rate, to: 1.0e-3, safe: false}
related: [TST002]
examples:
  bad:
    - {title: ten, text: "recipelint: 1\\noptimizer: {learning_rate: 10}\\n"}
  good:
    - {text: "recipelint: 1\\noptimizer: {learning_rate: 0.1}\\n"}
""",
    "batch/TST002-odd-batch.yaml": """\
id: TST002
name: odd-batch
severity: info
summary: The micro batch is odd
dialects: [neutral]
applies: known(batch.micro_batch)
requires: batch.micro_batch % 2 == 0
at: batch.micro_batch
message: "{batch.micro_batch} is odd"
why: The tests want an info.
evidence:
  - {source: nobody, where: nowhere, finds: nothing, status: judgement}
examples:
  bad: [{text: "recipelint: 1\\nbatch: {micro_batch: 3}\\n"}]
  good: [{text: "recipelint: 1\\nbatch: {micro_batch: 4}\\n"}]
""",
    "text/TST003-unreadable.yaml": """\
id: TST003
name: not-readable
severity: error
summary: The file cannot be read
check: text.unreadable
message: "{problem}"
why: The tests want one.
evidence:
  - {source: nobody, where: nowhere, finds: nothing, status: judgement}
examples: {bad: [], good: []}
""",
}
JUDGE = """\
id: TST301
name: unused-suppression
severity: warning
summary: nothing is silenced
check: suppressions.unused
message: "There is nothing to silence: {problem}."
help: remove it
why: The tests want one.
evidence:
  - {source: nobody, where: nowhere, finds: nothing, status: judgement}
examples: {bad: [], good: []}
"""
"""The rule about suppressions that silence nothing, which not every test wants."""
BAD = "recipelint: 1\noptimizer:\n  learning_rate: 10\n"
ODD = "recipelint: 1\nbatch:\n  micro_batch: 3\n"
GOOD = "recipelint: 1\noptimizer:\n  learning_rate: 0.1\n"


def write_rules(folder: Path) -> Path:
    """Write the rules into `folder`, and return it."""
    for name, text in RULES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
