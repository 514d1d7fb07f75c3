"""The library: public names, and an import that does nothing."""

from __future__ import annotations

import json

import pytest

import recipelint
from tests.processes import python

PUBLIC = {
    "Citation",
    "Edit",
    "Finding",
    "Fix",
    "Input",
    "Linter",
    "NotAssessed",
    "Recipe",
    "Report",
    "RuleError",
    "SelectionError",
    "Settings",
    "SettingsError",
    "Severity",
    "Span",
    "__version__",
    "find_settings",
    "lint_file",
    "lint_many",
    "lint_text",
}
"""A name is added here on purpose, and taken away only in a major version."""


def test_the_public_names_are_these() -> None:
    assert set(recipelint.__all__) == PUBLIC
    assert recipelint.__all__ == sorted(recipelint.__all__)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(recipelint, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lint_folder'"):
        _ = recipelint.lint_folder  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import recipelint, json;"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    loaded = {name for name in json.loads(python("-c", code).stdout) if "json" not in name}
    assert {name for name in loaded if name.startswith("recipelint")} == {"recipelint"}
    assert not {"pydantic", "jsonschema", "click", "yaml"} & {n.split(".")[0] for n in loaded}


def test_importing_the_package_touches_nothing() -> None:
    """No file is written, no connection made, no process started."""
    code = (
        "import sys; seen = [];"
        "sys.addaudithook(lambda e, a: seen.append((e, str(a[1:2]))));"
        "import recipelint; print([e for e in seen if e[0] not in ('import', 'open', 'exec',"
        " 'compile', 'marshal.loads', 'os.listdir', 'object.__getattr__', 'sys._getframe')"
        " or e[0] == 'open' and set('wax+') & set(e[1])])"
    )
    assert python("-B", "-c", code).stdout.decode() == "[]\n"
