"""Credentials in recipes: found, never shown whole, placeholders left alone."""

from __future__ import annotations

import pytest

from recipelint import lint_text
from recipelint.engine.checks.secrets import masked
from tests.engine.checks.runs import hits

HUB = "hf_" + "qWbTzKfYpLmRsVnXcJdGhEaUoQiTrPkMzS"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"hub_token: {HUB}", "a Hugging Face token"),
        (f"command: [--token, {HUB}]", "a Hugging Face token"),
        ("env: {AWS: AKIAQ7RZT3JXK5WNBM2P}", "an AWS key id"),
        ("wandb_api_key: 4f9a1c7be2d80356a7f1c9e4b2d6083f5a7c1e9b", "a credential"),
        ("note: ghp_qWbTzKfYpLmRsVnXcJdGhEaUoQiTrPkMzS12", "a GitHub token"),
    ],
)
def test_a_credential_is_found_and_not_repeated(line: str, kind: str) -> None:
    (hit,) = hits("secrets.secret", "axolotl", f"base_model: m\n{line}\n")
    assert hit.values["kind"] == kind
    assert len(str(hit.values["start"])) <= 4


@pytest.mark.parametrize(
    "line",
    [
        "hub_token: hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "hub_token: ${HF_TOKEN}",
        "hub_token: your-token-goes-here-please-1",
        "hub_token: true",
        "hf_use_auth_token: true",
        "eos_token: <|end_of_text_token_1|>",
        "base_model_config: hf_internal_testing_tiny_random_llama",
        "dataset_sha: 4f9a1c7be2d80356a7f1c9e4b2d6083f5a7c1e9b",
    ],
)
def test_placeholders_and_other_words_are_silent(line: str) -> None:
    assert hits("secrets.secret", "axolotl", f"base_model: m\n{line}\n") == []


def test_aliases_that_repeat_do_not_cost_time() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    assert hits("secrets.secret", "axolotl", bomb) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("t: 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", "t: hf_" + "•" * 34),
        ('"wandb_api_key": "a8f5f167f44f4964e6c9"', '"wandb_api_key": "' + "•" * 20 + '"'),
        ("uri: https://me:s3cret@example.org", "uri: https://me:••••••@example.org"),
        ("learning_rate: 1.0e-4", "learning_rate: 1.0e-4"),
    ],
)
def test_what_is_printed_covers_credentials_and_keeps_places(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert len(masked(text)) == len(text)


def test_no_report_holds_a_secret() -> None:
    """Another rule's message and excerpt on the same line are covered too."""
    report = lint_text(
        f"base_model: a/b\ndatasets: []\nmicro_batch_size: {HUB}\n", filename="r.yaml"
    )
    assert report.findings
    assert HUB not in repr(report)
