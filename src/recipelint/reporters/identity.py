"""What tells findings apart over time: the rule, the file and the key, not the line."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable

from recipelint.findings import Finding


def identities(findings: Iterable[Finding]) -> list[str]:
    """A hash for each finding, 32 hexadecimal digits, in order.

    Findings that share rule, file, key and phase are numbered, so that no two hashes are equal.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        name = "\0".join((finding.rule, finding.path, finding.key or "", finding.phase or ""))
        seen[name] += 1
        digest = hashlib.sha256(f"{name}\0{seen[name]}".encode("utf-8", "replace"))
        found.append(digest.hexdigest()[:32])
    return found


def relative(path: str) -> str:
    """A path from the working directory, with slashes and without `./`, for services."""
    bare = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    return (path if bare.startswith("..") else bare).replace(os.sep, "/")
