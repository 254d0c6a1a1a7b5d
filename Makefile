# Needs python3 (3.11 or newer, with venv) and make; everything else is fetched from the package registry, pinned by
# hash, into .venv. `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11
JOBS ?= 3
# Tests start hundreds of processes: what is compiled once is not compiled by each of them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint types layers complete messages reference pytest bench lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## make .venv with everything pinned

# The lock decides: nothing is done while it, the bootstrap lock and the project file are older than the stamp.
$(STAMP): requirements/dev.lock requirements/uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Salur needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: $(STAMP)  ## database, web and worker until Ctrl-C
	$(BIN)/salur up

demo: $(STAMP)  ## the main job on simulated partners; ONCE=1: end by itself
	$(BIN)/salur demo $(if $(ONCE),--once)

test: lint types layers complete pytest  ## everything that must hold before a commit

lint: $(STAMP)  ## style and likely mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## the type checker
	$(BIN)/mypy salur tests benchmarks

layers: $(STAMP)  ## which package may import which
	$(BIN)/lint-imports

complete: $(STAMP)  ## no model change without its migration, no text without its translations
	$(BIN)/python -m tests.harness.complete

messages: $(STAMP)  ## bring the translation catalogues up to date (then fill in what is empty)
	$(BIN)/python -m tests.harness.messages

reference: $(STAMP)  ## write the documentation's generated pages anew
	$(BIN)/python -m tests.docs.reference

pytest: $(STAMP)  ## the tests, with a browser; ARGS=... is passed on
	$(BIN)/pytest -n $(JOBS) $(ARGS)

bench: $(STAMP)  ## speed, one JSON line per figure
	$(BIN)/python -m benchmarks

lock: $(STAMP)  ## write the lock files anew; UPGRADE=1 takes newer versions
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements/run.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) --all-extras pyproject.toml -o requirements/dev.lock
	grep '^uv==' requirements/dev.lock | cut -d ' ' -f 1 | $(COMPILE) --no-header --no-annotate - -o requirements/uv.lock
