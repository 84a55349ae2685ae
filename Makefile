# Two commands matter: `make report` and `make test`; either works as the very first one.
#   EXTRAS="open dask"   adds optional parts: open, dask, postgres, mssql, spark (make test EXTRAS="open dask spark")
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin
EXTRAS ?=
STAMPS := .venv/.installed $(foreach e,$(EXTRAS),.venv/.installed-$(e))
export PYTHONNOUSERSITE := 1
export JUPYTER_PREFER_ENV_PATH := 1

.PHONY: help crate report test check fix lab bench docs reference rehearse rehearse-series lock clean
help:
	@echo 'make report     builds .venv and writes the reports to reports/'
	@echo 'make test       builds .venv and runs the tests'
	@echo 'make check      format, lint, types, floors and the fast tests'
	@echo 'make fix        puts format and imports right'
	@echo 'make lab        opens JupyterLab on notebooks/'
	@echo 'make docs       builds the documentation, warnings are errors'
	@echo 'make bench      prints the benchmark tables'
	@echo 'make reference  regenerates tests/reference/ (needs R)'
	@echo 'make rehearse   runs the recovery study'
	@echo 'make rehearse-series   runs that of series and panels'

.venv/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo 'make: no Python found; install Python 3.11 with venv'; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo 'make: Python 3.11 is needed (tested with no other); say which: make PYTHON=/path/to/python3.11'; exit 2; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-%: requirements-%.lock .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# roc-validator wants other versions than this package does, so it has a venv of its own.
crate: .venv/.crate
.venv/.crate: .ci/crate.lock .venv/.installed
	$(BIN)/python -m venv .venv/crate
	.venv/crate/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

report: $(STAMPS)
	@$(BIN)/python data/open/build_tarp.py --if-available
	$(BIN)/steget-eval batch data/programmes/batch.yaml --out reports

test: $(STAMPS)
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(STAMPS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -m 'not slow' -n 2 --dist worksteal

fix: $(STAMPS)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lab: $(STAMPS)
	$(BIN)/jupyter lab notebooks

docs: $(STAMPS)
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html
	@echo docs/_build/html/index.html

bench: $(STAMPS)
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/methods.py

reference:
	cd tests/reference && for script in *.R; do echo "$$script"; Rscript --vanilla "$$script" > "$${script%.R}.txt"; done

rehearse: $(STAMPS)
	$(BIN)/python -W ignore benchmarks/operating.py

rehearse-series: $(STAMPS)
	$(BIN)/python -W ignore benchmarks/series.py

lock:
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --extra dev --extra docs pyproject.toml -o requirements.lock

clean:
	rm -rf .venv docs/_build
