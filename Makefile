# `make` shows the targets. Everything is installed into .venv; only Python, git and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help examples test lint generate types hook check bench clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

examples: $(VENV)/.installed ## lint the shipped recipes, the broken ones too
	$(BIN)/recipelint check examples --fail-on never

test: $(VENV)/.installed ## run the tests
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.installed ## style of the code, and generated files that are stale
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/generate_facts.py --check
	$(BIN)/python tools/generate_rule_docs.py --check

generate: $(VENV)/.installed ## write the generated files anew
	$(BIN)/python tools/generate_facts.py
	$(BIN)/python tools/generate_rule_docs.py

types: $(VENV)/.installed ## mypy, strict
	$(BIN)/mypy

hook: $(VENV)/.installed ## the pre-commit hook, on our own examples
	$(BIN)/pre-commit run --all-files

check: lint types test hook ## all of the above

bench: ## compare speed with other linters; writes docs/performance.md (takes minutes)
	$(PYTHON) -m benchmarks.run --write

clean: ## remove what was installed and built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis
