"""Access tokens and passwords that stand in a recipe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recipelint.document import Mapping, Node, Scalar, Sequence, follow
from recipelint.engine.checks.base import CheckContext, Hit

_TOKENS = (
    ("a Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}")),
    ("an OpenAI key", re.compile(r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}")),
    ("an AWS key id", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
)
_SECRET_KEY = re.compile(r"(?:^|_)(?:api_key|secret|secret_key|password|access_token|hub_token)$")
_RANDOM = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9_+/=-]{20,}")
_STAND_INS = ("xxxx", "your", "example", "placeholder", "0000", "1234567")
_MAX_NODES = 20_000
_ASSIGNED = re.compile(
    r"((?:api_key|secret|secret_key|password|access_token|hub_token)[\"']?\s*[:=]\s*[\"']?)"
    r"([A-Za-z0-9_+/=-]{20,})",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(://[^\s/:@]{1,100}:)([^\s/@]{1,200})(?=@)")
_MASK = "•"


def masked(text: str) -> str:
    """`text` with every credential covered, character for character, so that places stay right.

    What is printed goes into logs that more people read than the recipe.
    """
    for _, pattern in _TOKENS:
        text = pattern.sub(lambda match: match.group()[:3].ljust(len(match.group()), _MASK), text)
    for pattern in (_ASSIGNED, _IN_URL):
        text = pattern.sub(lambda match: match.group(1) + _MASK * len(match.group(2)), text)
    return text


def secret(context: CheckContext) -> Iterator[Hit]:
    """Values that look like a credential. The message shows no more than how they begin."""
    root = context.document.mapping
    if root is None:
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


def _kind(key: str, text: str) -> str | None:
    if len(text) > 10_000:
        return None
    for kind, pattern in _TOKENS:
        match = pattern.search(text)
        if match and not _is_placeholder(match.group()):
            return kind
    folded = key.lower().replace("-", "_")
    if _SECRET_KEY.search(folded) and _RANDOM.fullmatch(text) and not _is_placeholder(text):
        return "a credential"
    return None


def _is_placeholder(text: str) -> bool:
    """Whether the text stands for a secret: `hf_xxxx…`, `your-token`, one letter repeated."""
    lowered = text.lower()
    return len(set(lowered)) < 8 or any(word in lowered for word in _STAND_INS)
