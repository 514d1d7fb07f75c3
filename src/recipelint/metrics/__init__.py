"""Measured values of a run: read from its log, held against its recipe.

`reading` turns a file into `Measurements`, `signs` finds what went wrong in them, and `facts`
makes the canonical `observed.*` facts of them.
"""

from __future__ import annotations

from recipelint.metrics.facts import observe
from recipelint.metrics.reading import MetricsError, read_metrics
from recipelint.metrics.series import Measurements, Point

__all__ = ["Measurements", "MetricsError", "Point", "observe", "read_metrics"]
