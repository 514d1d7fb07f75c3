"""What is wrong with what a user gave beside the recipes."""

from __future__ import annotations


class UseError(ValueError):
    """Settings, a rule file, a selector, a baseline or a log is wrong; the message is one line."""
