"""Access tokens and passwords that stand in a recipe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recipelint.document import Mapping, Node, Scalar, Sequence, follow
from recipelint.engine.checks.base import CheckContext, Hit

_KINDS = (
    (r"\bhf_[A-Za-z0-9]{30,}", "a Hugging Face token"),
    (r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}", "an OpenAI key"),
    (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "an AWS key id"),
    (r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})", "a GitHub token"),
    (r"\bglpat-[A-Za-z0-9_-]{20,}", "a GitLab token"),
    (r"\bxox[abprs]-[A-Za-z0-9-]{20,}", "a Slack token"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
)
_TOKEN = "|".join(f"({pattern})" for pattern, _ in _KINDS)
_BEGINNINGS = (
    "hf_",
    "sk-",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "-----BEGIN",
)
"""What tokens begin with; looking for these first is cheaper than looking for tokens."""
_NAMES = ("api_key", "secret", "secret_key", "password", "access_token", "hub_token")
_MENTIONED = (
    "api_key",
    "api-key",
    "secret",
    "password",
    "access_token",
    "access-token",
    "hub_token",
    "hub-token",
)
_RANDOM = r"(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9_+/=-]{20,}"
_STAND_INS = ("xxxx", "your", "example", "placeholder", "0000", "1234567")
_MAX_NODES = 20_000
_ASSIGNED = (
    r"(?i)((?:api_key|secret|secret_key|password|access_token|hub_token)[\"']?\s*[:=]\s*[\"']?)"
    r"([A-Za-z0-9_+/=-]{20,})"
)
_IN_URL = r"(://[^\s/:@]{1,100}:)([^\s/@]{1,200})(?=@)"
_MASK = "•"


def masked(text: str) -> str:
    """`text` with every credential covered, character for character, so that places stay right.

    What is printed goes into logs that more people read than the recipe.
    """
    text = re.sub(_TOKEN, lambda match: match.group()[:3].ljust(len(match.group()), _MASK), text)
    for pattern in (_ASSIGNED, _IN_URL):
        text = re.sub(pattern, lambda match: match[1] + _MASK * len(match[2]), text)
    return text


def secret(context: CheckContext) -> Iterator[Hit]:
    """Values that look like a credential. The message shows no more than how they begin."""
    root = context.document.mapping
    if root is None or not _may_hold_one(context.document.text):
        return
    waiting: list[tuple[str, str, Node]] = [("", "", root)]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        path, key, node = waiting.pop()
        target = follow(node)
        if isinstance(target, Mapping):
            base = f"{path}." if path else ""
            waiting.extend((base + e.key, e.key, e.value) for e in reversed(target.entries))
        elif isinstance(target, Sequence):
            items = list(enumerate(target.items))
            waiting.extend((f"{path}[{i}]", key, item) for i, item in reversed(items))
        elif isinstance(target, Scalar):
            kind = _kind(key, target.text)
            if kind:
                shown = target.text[:3] + "…"
                yield Hit(target.span, {"key": key, "kind": kind, "start": shown}, key=path)


def _may_hold_one(text: str) -> bool:
    """Whether a text is worth a look at each value; escapes may hide what a value says."""
    lowered = text.lower()
    return (
        "\\" in text
        or any(beginning in text for beginning in _BEGINNINGS)
        or any(name in lowered for name in _MENTIONED)
    )


def _kind(key: str, text: str) -> str | None:
    if len(text) > 10_000:
        return None
    known = any(beginning in text for beginning in _BEGINNINGS)
    for match in re.finditer(_TOKEN, text) if known else ():
        if not _is_placeholder(match.group()):
            assert match.lastindex is not None  # each alternative is a group
            return _KINDS[match.lastindex - 1][1]
    if _names_one(key) and re.fullmatch(_RANDOM, text) and not _is_placeholder(text):
        return "a credential"
    return None


def _names_one(key: str) -> bool:
    """Whether a key is called `password`, `wandb_api_key` and the like."""
    folded = key.lower().replace("-", "_")
    return any(folded == name or folded.endswith(f"_{name}") for name in _NAMES)


def _is_placeholder(text: str) -> bool:
    """Whether the text stands for a secret: `hf_xxxx…`, `your-token`, one letter repeated."""
    lowered = text.lower()
    return len(set(lowered)) < 8 or any(word in lowered for word in _STAND_INS)
