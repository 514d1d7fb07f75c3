"""Facts as the named estimates read them: with a note of what was read, and why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from recipelint.estimate.architecture import Architecture
from recipelint.estimate.build import UnknownArchitectureError, architecture
from recipelint.estimate.parameters import Parameters, count

T = TypeVar("T")

_NOT_SHAPE = (
    "model.name",
    "model.total_parameters",
    "model.active_parameters",
    "model.embedding_parameters",
    "model.activation",
    "model.tokenizer_size",
    "model.max_position",
    "model.init_std",
    "model.dropout",
    "model.dtype",
    "model.attention.logit_softcap",
    "model.attention.qk_clip",
    "model.attention.implementation",
    "model.attention.dropout",
    "model.moe.router_dtype",
    "model.moe.aux_loss_coefficient",
    "model.moe.aux_loss_active",
    "model.moe.bias_update_rate",
    "model.moe.router_z_loss",
    "model.moe.capacity_factor",
    "model.moe.balance_gradient_ratio",
    "model.moe.force_balance",
    "model.rope",
    "model.norm.eps",
)
"""Facts of the model that say nothing about the shapes of its weights."""


_LARGEST = 1e60
"""Beyond every count and rate of training; keeps products of a few facts within a float."""


class UnknownError(Exception):
    """An estimate cannot be made; the message is a reason that a person can act on."""


class Quantity(NamedTuple):
    """A number with its unit, its range and how it came about."""

    value: float
    unit: str
    formula: str
    low: float | None = None
    high: float | None = None
    convention: str = ""


class Inputs:
    """The facts of one recipe, and what has been computed from them so far.

    Every read of a known fact is noted in the running computation (`shared`), so that an estimate
    can say what went into it, also when a part was computed earlier for another estimate.
    """

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._facts = facts
        self._done: dict[Callable[..., object], tuple[object, dict[str, None]]] = {}
        self._reads: list[dict[str, None]] = [{}]

    @property
    def read(self) -> tuple[str, ...]:
        """Names of the facts read outside any `shared` computation."""
        return tuple(self._reads[0])

    def shared(self, compute: Callable[[Inputs], T]) -> T:
        """Return `compute(self)`, computed once; its reads count for every caller.

        Raises what `compute` raises, `Unknown` also when it was raised the first time.
        """
        if compute not in self._done:
            self._reads.append({})
            result: object
            try:
                result = compute(self)
            except UnknownError as reason:
                result = reason
            self._done[compute] = (result, self._reads.pop())
        value, reads = self._done[compute]
        self._reads[-1].update(reads)
        if isinstance(value, UnknownError):
            raise UnknownError(str(value))
        return value  # type: ignore[return-value]  # `_done` holds what `compute` made

    def isolated(self, compute: Callable[[Inputs], T]) -> tuple[T | UnknownError, tuple[str, ...]]:
        """Return what `compute` gives, or why it cannot, and the facts that went in."""
        self._reads.append({})
        try:
            value: T | UnknownError = compute(self)
        except UnknownError as reason:
            value = reason
        except (ValueError, ArithmeticError) as error:
            # Formulas refuse impossible numbers: a negative clip, a million pipeline stages.
            value = UnknownError(str(error))
        return value, tuple(self._reads.pop())

    def known(self, name: str) -> bool:
        """Tell whether a fact is known, without noting it as read."""
        return self._facts.get(name) is not None

    def maybe(self, name: str) -> float | None:
        """Return a number, or None where it is unknown."""
        value = self._facts.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not _in_range(value):
            return None
        self._note(name)
        return value

    def number(self, name: str) -> float:
        """Return a number; raise UnknownError where it is not known."""
        value = self.maybe(name)
        if value is None:
            raise UnknownError(f"{name} is not known")
        return value

    def positive(self, name: str) -> float:
        """Return a number above 0; raise UnknownError where it is not known or not above 0."""
        value = self.number(name)
        if value <= 0:
            raise UnknownError(f"{name} is {value:g}, not above 0")
        return value

    def amount(self, name: str) -> float:
        """Return a number of 0 or more; raise UnknownError where it is not known or below 0."""
        value = self.number(name)
        if value < 0:
            raise UnknownError(f"{name} is {value:g}, below 0")
        return value

    def size(self, name: str, default: int | None = None) -> int:
        """Return a positive whole number, `default` where it is absent and a default is given."""
        value = self.maybe(name)
        if value is None and default is not None:
            return default
        if value is None:
            raise UnknownError(f"{name} is not known")
        if value < 1 or value != int(value):
            raise UnknownError(f"{name} is {value:g}, which is not a size")
        return int(value)

    def word(self, name: str) -> str | None:
        """Return a text, or None where it is unknown."""
        value = self._facts.get(name)
        if not isinstance(value, str):
            return None
        self._note(name)
        return value

    def flag(self, name: str) -> bool | None:
        """Return a truth value, or None where it is unknown."""
        value = self._facts.get(name)
        if not isinstance(value, bool):
            return None
        self._note(name)
        return value

    def words(self, name: str) -> tuple[str, ...] | None:
        """Return a list of texts, or None where it is unknown or holds anything else."""
        value = self._facts.get(name)
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            return None
        self._note(name)
        return tuple(value)

    def unique_tokens(self) -> float:
        """Return the sum of the sources' tokens; raise UnknownError where one does not say."""
        sources = self._facts.get("data.sources")
        if not isinstance(sources, list | tuple) or not sources:
            raise UnknownError("data.sources is not known")
        self._note("data.sources")
        total = 0.0
        for source in sources:
            tokens = source.get("tokens") if isinstance(source, Mapping) else None
            if isinstance(tokens, bool) or not isinstance(tokens, int | float):
                raise UnknownError("the tokens of a source are not known")
            total += tokens
        return total

    def architecture(self) -> Architecture:
        """Return the architecture; raise UnknownError where the facts do not determine it."""
        return self.shared(_architecture)

    def parameters(self) -> Parameters:
        """Return the counts of the architecture; raise UnknownError where it is not known."""
        return self.shared(_parameters)

    def shape(self) -> dict[str, object]:
        """Return the facts that describe the model's shape, noted as read."""
        found = {
            name: value
            for name, value in self._facts.items()
            if name.startswith("model.")
            and not name.startswith(_NOT_SHAPE)
            and value is not None
            and _in_range(value)
        }
        for name in found:
            self._note(name)
        return found

    def _note(self, name: str) -> None:
        self._reads[-1][name] = None


def _in_range(value: object) -> bool:
    """Tell whether a value is no number, or a finite one of a size that a formula can take."""
    return not isinstance(value, int | float) or -_LARGEST < value < _LARGEST


def _architecture(inputs: Inputs) -> Architecture:
    try:
        return architecture(inputs.shape())
    except UnknownArchitectureError as error:
        raise UnknownError(f"the architecture is not known: {error.reason}") from None


def _parameters(inputs: Inputs) -> Parameters:
    arch = inputs.architecture()
    try:
        return count(arch)
    except (ValueError, ArithmeticError) as error:
        raise UnknownError(str(error)) from None
