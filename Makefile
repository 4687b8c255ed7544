# GNU Make; `make` alone lists the targets.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install run audit check fmt test e2e storm bench-audit fingerprints token payload-key lock clean

help:  ## List the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

install: $(STAMP)  ## Make .venv and install everything into it

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "RelAI needs Python 3.11 or newer: install it, or name one: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
	  echo "Python could not make a virtual environment: on Debian, apt-get install python3-venv."; exit 1; }
	@echo "Installing into .venv (about a minute the first time) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

run: install  ## Start everything: MongoDB, Temporal, the Slack sandbox, the worker, the bot
	@$(BIN)/python -m devstack

audit: install  ## Check what `make run` runs against itself, and mend it: make audit REPAIR=1
	@$(BIN)/python -m devstack.inside $(BIN)/relai audit $(if $(REPAIR),--repair)

check: install  ## Lint, formatting, types, import contracts, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python .ci/vulnerabilities.py

fmt: install  ## Format, and repair what lint can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: install  ## Run all tests
	$(BIN)/pytest -n auto --dist loadscope -rs

e2e: install  ## Run only the tests of the whole stack
	$(BIN)/pytest -m scenario

storm: install  ## Break parts at random, or take one away: make storm SEED=7 MINUTES=3 AWAY=mongodb
	@$(BIN)/python -m tests.storms $(if $(SEED),--seed '$(SEED)') $(if $(MINUTES),--minutes '$(MINUTES)') \
	  $(if $(AWAY),--away '$(AWAY)')

bench-audit: install  ## Measure relai audit [--repair]: make bench-audit TASKS=100000
	@$(BIN)/python -m bench.audit $(if $(TASKS),--tasks '$(TASKS)')

fingerprints: install  ## Accept the commands the workflows give now as the ones to keep
	$(BIN)/python -m tests.relai_workflows.fingerprints

token: install  ## Make an API token: make token NAME=ci TEAM=T012AB3CD ACCESS=write
	@$(BIN)/python -m bot.api.new_token '$(NAME)' '$(TEAM)' '$(ACCESS)'

payload-key: install  ## Make a key for RELAI_PAYLOAD_KEYS
	@$(BIN)/python -c 'from relai_core.domain.payload_key import new_payload_key as new; print(new())'

lock: install  ## Resolve the newest allowed versions into requirements.lock
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --extra dev --custom-compile-command 'make lock' \
	  --output-file requirements.lock pyproject.toml

clean:  ## Remove .venv and caches; the data in .relai stays
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
