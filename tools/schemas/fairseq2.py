"""fairseq2: the configuration sections that its recipes are composed of.

A recipe may subclass a section and add sections of its own, and those live outside the package.
So the top level and the sections that recipes extend are open; the rest is structured strictly.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from .fields import all_fields, sections_from, to_key
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "fairseq2"
VERSIONS = ("0.4.6", "0.5.2", "0.6", "0.7.0", "0.8.1")
LICENCE = "MIT"
PREFIXES = ("fairseq2/recipes/config.py", "fairseq2/recipe/config.py", "fairseq2/optim/")

#: The keys of a recipe, and the class of each section.
_ROOT = {
    "model": "ModelSection",
    "reference_model": "ReferenceModelSection",
    "dataset": "DatasetSection",
    "tokenizer": "TokenizerSection",
    "text_tokenizer": "TextTokenizerSection",
    "gang": "GangSection",
    "trainer": "TrainerSection",
    "optimizer": "OptimizerSection",
    "lr_scheduler": "LRSchedulerSection",
    "regime": "RegimeSection",
    "common": "CommonSection",
    "evaluator": "EvaluatorSection",
}

#: Sections that recipes are known to extend, or whose fields depend on a name beside them.
_EXTENDED = frozenset(
    {
        "ModelSection", "ReferenceModelSection", "DatasetSection", "TokenizerSection",
        "TextTokenizerSection", "TrainerSection", "CommonSection", "RegimeSection",
        "EvaluatorSection", "OptimizerSection", "LRSchedulerSection",
    }
)  # fmt: skip
_DIRECTIVES = ("_set_", "_del_")


def read(release: Release) -> Sections:
    """The table of one release."""
    index = Index(release.files)
    reader = Reader(index, {})
    classes = {found.name: found for found in index.all_classes()}
    sections: Sections = {"": Section("open")}
    for key, name in _ROOT.items():
        found = classes.get(name)
        if found is None:
            continue
        sections[""].keys[key] = Key(frozenset({"map"}), section=(name,))
        sections |= sections_from(reader, found, name, _policy)
    _optimizer(reader, classes, sections)
    for section in sections.values():
        for name, facts in section.keys.items():
            section.keys[name] = replace(facts, required=False)
    return sections


def _policy(found: Found) -> str:
    return "open" if found.name in _EXTENDED else "forbid"


def _optimizer(reader: Reader, classes: dict[str, Found], sections: Sections) -> None:
    """The options of the optimizers and schedulers, as one open section each."""
    for holder, ending in (("OptimizerSection", "Config"), ("LRSchedulerSection", "LRConfig")):
        names = [name for name in classes if _configures(holder, name, ending)]
        section = Section("open")
        for name in sorted(names):
            for one in all_fields(reader, classes[name]).values():
                section.keys.setdefault(one.name, replace(to_key(one, _name), types=_ANY))
        if holder in sections and section.keys:
            label = holder + ".config"
            sections[label] = section
            sections[holder].keys["config"] = Key(frozenset({"map"}), section=(label,))


_ANY = frozenset({"any"})


def _name(found: Found) -> str:
    assert isinstance(found.node, ast.ClassDef)
    return found.name


def _configures(holder: str, name: str, ending: str) -> bool:
    if holder == "LRSchedulerSection":
        return name.endswith(ending)
    return name in ("AdamWConfig", "AdafactorConfig")
