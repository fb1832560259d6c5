# Caseport's commands. `make help` lists them.
#
# Everything happens in .venv, made on first use from hash-checked wheels; requirements.txt for
# running, requirements-dev.txt (which contains it) for the checks.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
CASEPORT_DEMO ?= 1
export CASEPORT_DEMO

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --only-binary :all:
COMPILE := --generate-hashes --universal --no-emit-index-url --no-emit-find-links --no-header --no-annotate --python-version 3.11 --quiet

.DELETE_ON_ERROR:
.PHONY: help run test lint e2e faults isolation bench screenshots lock

help:
	@echo 'make run     serve the demo until Ctrl-C (PORT=8000, SIMULATOR_PORT=9000, CASEPORT_DATA=var)'
	@echo 'make test    lint, types, contracts and all tests; prints seconds per part'
	@echo 'make lint    lint, types and contracts alone'
	@echo 'make e2e     the journeys in Chromium'
	@echo 'make faults  every fault, crash and storm against every step, as one table (CASEPORT_FAULT_TIMES=20: a night)'
	@echo 'make isolation  everybody asks every address with every kind of id, and its size'
	@echo 'make bench   speed and memory, beside a bare view'
	@echo 'make screenshots  the pictures of the README, taken anew'
	@echo 'make lock    compile the requirements anew from pyproject.toml (UPGRADE=--upgrade for newer releases)'

run: export LOG_LEVEL ?= WARNING
run: .venv/runtime
	@exec $(BIN)/python manage.py serve --with-parent

test: .venv/dev node_modules/.package-lock.json
	@$(BIN)/python -m tests

lint: .venv/dev
	@$(BIN)/python -m tests lint types

e2e: .venv/dev node_modules/.package-lock.json
	@$(BIN)/python -m tests journeys

faults: .venv/dev
	@$(BIN)/python -m tests faults storms

isolation: .venv/dev
	@$(BIN)/pytest --quiet -n 2 tests/isolation/test_matrix.py tests/isolation/test_replayed_ids.py

bench: .venv/dev
	@$(BIN)/python -m tests.bench

screenshots: .venv/dev
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.journeys.take_screenshots

lock: .venv/dev
	$(BIN)/uv pip compile $(COMPILE) $(UPGRADE) pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile $(COMPILE) $(UPGRADE) --group dev pyproject.toml -o requirements-dev.txt

# An environment is kept while it works; a missing or broken one is made anew.
.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'Caseport needs Python 3.11 or newer: install it, or name it: make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'Caseport needs the venv module of Python: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		{ echo 'Making .venv'; $(PYTHON) -m venv --clear .venv; }
	@touch $@

.venv/runtime: requirements.txt .venv/made
	@echo 'Installing what the portal runs on'
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/made
	@echo 'Installing what the checks run on'
	@$(INSTALL) -r requirements-dev.txt
	@touch $@ .venv/runtime

# axe-core, for the journeys; without npm they say that they left it out.
node_modules/.package-lock.json: package-lock.json
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo 'npm is not installed: the accessibility checks are left out'; fi
