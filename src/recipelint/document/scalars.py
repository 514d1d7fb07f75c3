"""What a plain scalar means: it depends on the loader that the framework really uses.

`1e-5` is a string to PyYAML (YAML 1.1 wants a dot and a signed exponent) and a number to
OmegaConf and to YAML 1.2 readers; `no` is False to the first two and a string to the last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import yaml

from recipelint.document.nodes import UNRESOLVED, Scalar

ABSURD = 1e30
"""No setting of a training run comes near; beyond it, and for infinities, text stays text."""

Rules = Callable[[str], object]
"""Turns the text of a plain scalar into None, bool, int, float, a date, or the text itself."""

_LONGEST = 5_000
"""Python reads integers of 4,300 digits; no other value is as long."""
_constructor = yaml.constructor.SafeConstructor()
_PREFIX = "tag:yaml.org,2002:"
_BUILT = frozenset({"null", "bool", "int", "float", "timestamp", "binary"})
"""The tags that PyYAML builds a value from; those of collections fit no scalar."""
_IMPLICIT = yaml.SafeLoader.yaml_implicit_resolvers


def _implicit_tag(text: str) -> str:
    for tag, pattern in _IMPLICIT.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return _PREFIX + "str"


def _construct(tag: str, text: str) -> object:
    """PyYAML's own construction of `text` under `tag`; text that it cannot build stays text.

    So does what is too long: `1:1:1` counts by sixties, at a cost that is the square of its length.
    """
    name = tag.removeprefix(_PREFIX)
    if name not in _BUILT or (len(text) > _LONGEST and name != "binary"):
        return text
    node = yaml.ScalarNode(tag, text)
    try:
        return getattr(_constructor, f"construct_yaml_{name}")(node)
    except (ValueError, OverflowError, AttributeError, LookupError, yaml.YAMLError):
        return text  # an impossible date, an explicit tag on text that it does not fit


@lru_cache(maxsize=4096)
def yaml_1_1(text: str) -> object:
    """PyYAML's SafeLoader: `1e-5` and `1_000.` differ, `on` is True, `12:30` is 750."""
    return _construct(_implicit_tag(text), text)


_OMEGACONF_FLOAT = r"""(?xa)^(?:[-+]?\d+(?:_\d+)*\.[\d_]*(?:[eE][-+]?\d+)?
    |[-+]?\d+(?:_\d+)*[eE][-+]?\d+
    |\.\d+(?:_\d+)*(?:[eE][-+]\d+)?
    |[-+]?\d+(?:_\d+)*(?::[0-5]?\d)+\.[\d_]*
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$"""


@lru_cache(maxsize=4096)
def omegaconf(text: str) -> object:
    """OmegaConf's loader: PyYAML with exponents that need no dot, and no dates."""
    if re.match(_OMEGACONF_FLOAT, text):
        return _construct(_PREFIX + "float", text)
    tag = _implicit_tag(text)
    return text if tag.endswith(":timestamp") else _construct(tag, text)


_CORE_INT = r"[-+]?[0-9]+"
_CORE_OCTAL = r"0o[0-7]+"
_CORE_HEXADECIMAL = r"0x[0-9a-fA-F]+"
_CORE_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_CORE_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
}
_CORE_INF = r"([-+]?)\.(?:inf|Inf|INF)"


@lru_cache(maxsize=4096)
def yaml_1_2(text: str) -> object:
    """The YAML 1.2 core schema: `1e-5` is a number, `no` a string, `0o17` fifteen."""
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    try:
        if re.fullmatch(_CORE_INT, text):
            return int(text)
        if re.fullmatch(_CORE_FLOAT, text):
            return float(text)
        if re.fullmatch(_CORE_OCTAL, text) or re.fullmatch(_CORE_HEXADECIMAL, text):
            return int(text, 0)
    except ValueError:
        return text
    infinite = re.fullmatch(_CORE_INF, text)
    return float(infinite.group(1) + "inf") if infinite else text


def value(scalar: Scalar, rules: Rules) -> object:
    """The value that a loader with these `rules` hands to the framework."""
    if scalar.native is not UNRESOLVED:
        return scalar.native
    if scalar.tag and scalar.tag != "!":
        return _construct(_PREFIX + scalar.tag, scalar.text)
    return rules(scalar.text) if scalar.style == "plain" and scalar.tag is None else scalar.text


def number_in(text: str) -> float | int | None:
    """The number that an author means by `text`, whatever the loader says, or None."""
    found = yaml_1_2(text.strip().replace("_", ""))
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if abs(found) < ABSURD else None
