# The portal's commands. `make` alone lists them; everything else each of them does by itself.

SHELL := /bin/bash
BOOT := python3 scripts/bootstrap.py
PY := .venv/bin/python
BESIDE := $(PY) -m bsm.stack services --
PRODUCT := bsm catalog assets monitoring impact sla finance scripts
SOURCES := $(PRODUCT) tests manage.py
PYTEST ?=

.DEFAULT_GOAL := help
.PHONY: help run demo demo-remove setup test check fmt bench lock thermometer clean

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s%s\n", $$1, $$2 }' Makefile

run:  ## Start the portal (set up what is missing, Ctrl-C stops it)
	@$(BOOT) run

demo:  ## Load the demo company into the running portal
	@$(PY) manage.py demo load

demo-remove:  ## Take the demo company away again, and nothing else
	@$(PY) manage.py demo remove

setup:  ## Install everything for development, start nothing
	@$(BOOT) setup

test:  ## Set up, check and run the whole suite (PYTEST="tests/sla -x" narrows it)
	@$(BOOT) test
	@$(MAKE) --no-print-directory check
	@$(BESIDE) $(PY) -m pytest -n 2 $(PYTEST)

check:  ## Format, lint, types, import contracts, templates, migrations
	@$(BOOT) setup
	@$(PY) -m ruff format --check --quiet $(SOURCES)
	@$(PY) -m ruff check --quiet $(SOURCES)
	@$(PY) -m mypy $(PRODUCT)
	@.venv/bin/lint-imports
	@$(PY) -m djlint templates --check --quiet
	@$(PY) -m djlint templates --lint --quiet
	@$(BESIDE) sh -c '$(PY) manage.py makemigrations --check --dry-run && $(PY) manage.py check'

fmt:  ## Format Python and templates
	@$(PY) -m ruff check --quiet --fix-only $(SOURCES)
	@$(PY) -m ruff format $(SOURCES)
	@$(PY) -m djlint templates --reformat --quiet || true  # answers 1 when it changed a file

bench:  ## Measure what the portal can do; JSON lines
	@$(BESIDE) $(PY) manage.py bench

lock:  ## Resolve the dependencies anew into requirements/*.lock
	@$(BOOT) lock

thermometer:  ## How big the house has become: sizes, not a gate
	@$(PY) scripts/thermometer.py

clean:  ## Remove what can be made again (never the data in .bsm)
	@rm -rf .venv .boot node_modules static/dist .mypy_cache .ruff_cache .pytest_cache
	@rm -rf .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
