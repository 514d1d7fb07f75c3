"""Selecting rules by id, prefix, name or category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recipelint.engine.rules import PROFILES, Rule, RuleSet
from recipelint.errors import UseError
from recipelint.settings.model import Choice


class SelectionError(UseError):
    """A selector matches no rule."""


def select(
    rules: RuleSet, chosen: Iterable[str], ignored: Iterable[str], added: Iterable[str] = ()
) -> list[Rule]:
    """The rules that `chosen` (all, if empty) and `added` name, less those that `ignored` names.

    A selector is a rule's id (`OPT001`), a prefix of ids (`OPT`), a name, a category, or `ALL`.
    Raises SelectionError, with a suggestion, for one that matches nothing.
    """
    return layered(rules, [Choice(tuple(chosen), tuple(added), tuple(ignored))], PROFILES[-1])


def layered(rules: RuleSet, layers: Iterable[Choice], profile: str = PROFILES[0]) -> list[Rule]:
    """The rules of a profile, changed by each layer of selectors in turn.

    A layer that selects starts anew; then its additions and its omissions apply, so that a later
    layer wins. Raises SelectionError as `select` does.
    """
    reach = PROFILES.index(profile)
    kept = {r.id for r in rules if PROFILES.index(r.profile) <= reach}
    for layer in layers:
        if layer.select:
            kept = ids_of(rules, layer.select)
        kept |= ids_of(rules, layer.extend_select)
        kept -= ids_of(rules, layer.ignore)
    return [r for r in rules if r.id in kept]


def severities(rules: RuleSet, overrides: Mapping[str, str]) -> dict[str, str]:
    """The severity that `overrides` (by selector) give each rule id; the narrowest one wins.

    Raises SelectionError for a selector that matches nothing.
    """
    found: dict[str, str] = {}
    matched = {selector: ids_of(rules, [selector]) for selector in overrides}
    for selector in sorted(overrides, key=lambda s: -len(matched[s])):
        found.update(dict.fromkeys(matched[selector], overrides[selector]))
    return found


def ids_of(rules: RuleSet, selectors: Iterable[str]) -> set[str]:
    """The ids of all rules that the selectors name. Raises SelectionError."""
    return {r.id for selector in selectors for r in _matching(rules, selector)}


def _matching(rules: RuleSet, selector: str) -> list[Rule]:
    upper, lower = selector.upper(), selector.lower()
    if upper == "ALL":
        return list(rules)
    found = [
        r for r in rules if selector and (r.id.startswith(upper) or lower in (r.name, r.category))
    ]
    if not found:
        import difflib

        known = [r.id for r in rules] + [r.name for r in rules]
        close = difflib.get_close_matches(upper, known, 1) or difflib.get_close_matches(
            lower, known, 1
        )
        hint = f"; did you mean `{close[0]}`?" if close else ""
        raise SelectionError(f"no rule matches `{selector}`{hint}")
    return found
