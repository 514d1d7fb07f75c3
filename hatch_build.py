"""Build hook: compile the shipped rules into the pack that the wheel carries."""

from __future__ import annotations

import os
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulePack(BuildHookInterface[Any]):
    """Puts `rules.pack` beside the rules in the wheel; an editable install makes its own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pack. A wrong rule file stops the build with a RuleError."""
        if version == "editable":
            return
        sys.path.insert(0, os.path.join(self.root, "src"))
        try:
            from recipelint.engine.packs import SHIPPED, write_pack
        finally:
            del sys.path[0]
        path = os.path.join(self.directory, SHIPPED)
        os.makedirs(self.directory, exist_ok=True)
        write_pack(os.path.join(self.root, "rules"), path)
        build_data["force_include"][path] = f"recipelint/{SHIPPED}"
