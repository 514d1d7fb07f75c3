"""Two recipes side by side: what differs, what follows from it, and which rules react to it."""

from __future__ import annotations

from recipelint.comparison.compare import Comparison, compare
from recipelint.comparison.pairs import EstimatePair, FactPair, Relation
from recipelint.comparison.phases import Pairing, PhaseError, pair_up
from recipelint.comparison.reactions import Reaction
from recipelint.comparison.sides import Side, cited, judged

__all__ = [
    "Comparison",
    "EstimatePair",
    "FactPair",
    "Pairing",
    "PhaseError",
    "Reaction",
    "Relation",
    "Side",
    "cited",
    "compare",
    "judged",
    "pair_up",
]
