# `make` shows the targets. Everything is installed into .venv; only Python, git and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FUZZ_SECONDS ?= 300

.PHONY: help examples test lint generate refresh types hook docs check fuzz bench clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@

$(VENV)/.installed-fuzz: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
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
	$(BIN)/python tools/generate_dialect_docs.py --check
	$(BIN)/python tools/generate_reference_docs.py --check

generate: $(VENV)/.installed ## write the generated files anew
	$(BIN)/python tools/generate_facts.py
	$(BIN)/python tools/generate_rule_docs.py
	$(BIN)/python tools/generate_dialect_docs.py
	$(BIN)/python tools/generate_reference_docs.py
	PYTHONPATH=src $(BIN)/python -m tests.fuzzing.hostile_table

refresh: $(VENV)/.installed ## write anew what the commands on the pages of docs/ print
	$(BIN)/python tools/page_sessions.py docs/*.md

types: $(VENV)/.installed ## mypy, strict
	$(BIN)/mypy

hook: $(VENV)/.installed ## the pre-commit hook, on our own examples
	$(BIN)/pre-commit run --all-files

docs: $(VENV)/.installed-docs ## build the site into build/site, strictly
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build  # --quiet would hide warnings from --strict, too

check: lint types test hook docs ## all of the above

fuzz: $(VENV)/.installed-fuzz ## feed each layer made-up files, FUZZ_SECONDS (300) for each
	PYTHONPATH=src $(BIN)/python -m fuzz.run $(FUZZ_SECONDS)

bench: ## compare speed with other linters; writes docs/performance.md (takes minutes)
	$(PYTHON) -m benchmarks.run --write

clean: ## remove what was installed and built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis .fuzz
