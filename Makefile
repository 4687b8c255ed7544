# GNU Make; `make` alone lists the targets.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/pip --quiet --disable-pip-version-check
PLATFORMS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-apple-darwin aarch64-apple-darwin
PYTHONS := 3.11 3.14

.DEFAULT_GOAL := help
.PHONY: help install run audit check fmt test test-long e2e storm bench-audit fingerprints token payload-key lock clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP)  ## Make .venv and install everything into it

$(STAMP): pyproject.toml requirements.lock
	@sh devstack/preflight.sh $(PYTHON)
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	@echo "Installing into .venv (about a minute the first time) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --editable .
	@touch $@

run: install  ## Start everything: MongoDB, Temporal, the Slack sandbox, the worker, the bot
	@$(BIN)/python -m devstack

audit: install  ## Find missing workflows and unsent messages of `make run`; make audit REPAIR=1 repairs them
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

test: install  ## Run all tests except those marked long
	$(BIN)/pytest -m "not long" -n auto --dist loadscope --no-loadscope-reorder -rs

test-long: install  ## Run the tests marked long, with progress
	$(BIN)/pytest -m long -v -rs -n 2 --dist loadscope

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

lock: install  ## Resolve the newest allowed versions into requirements.lock, for each platform
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --extra dev --custom-compile-command 'make lock' \
	  --output-file requirements.lock pyproject.toml
	@for platform in $(PLATFORMS); do for python in $(PYTHONS); do \
	  $(BIN)/uv pip install --quiet --dry-run --target .venv/empty --only-binary :all: --require-hashes \
	    --python-platform $$platform --python-version $$python -r requirements.lock || { \
	    echo "requirements.lock can't be installed on $$platform with Python $$python: see above."; exit 1; }; \
	done; done

clean:  ## Remove .venv and caches; the data in .relai stays
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
