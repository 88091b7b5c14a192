# What people type here. `make` alone tells.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet --no-input
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make requirements"
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

.DEFAULT_GOAL := help
.PHONY: help bench city demo doctor client client-weixin client-test test test-long test-faults test-security check pictures frozen requirements

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME) ## start a hall on this machine; PORT=8001 for another port, CLIENT=0 without phones
	@exec $(BIN)/python -m embedded.supervisor

doctor: $(RUNTIME) ## what is wrong with the demo that runs, or with the installation the environment names
	@$(BIN)/python -m embedded.doctor

client: $(RUNTIME) ## build the citizens' pages for browsers, if they are missing or stale
	@$(BIN)/python -m embedded.client_build browser

client-weixin: $(RUNTIME) ## build them for WeChat: CLIENT_API=https://HOST WECHAT_APP_ID=wx…
	@$(BIN)/python -m embedded.client_build weixin

client-test: $(RUNTIME) ## test their logic, and the mini-program as WeChat would take it
	@$(BIN)/python -m embedded.client_build test

test: $(DEVELOPMENT) ## every test that fits a quarter of an hour
	@$(BIN)/python -m pytest -m "not long and not faults and not security" --numprocesses 3 --dist worksteal $(ARGS)

test-long: $(DEVELOPMENT) ## the tests that take longer; REPLAY_FILES=a.csv:b.csv adds recorded days
	@$(BIN)/python -m pytest -m long $(ARGS)

test-faults: $(DEVELOPMENT) ## break a running hall in every way, and balance its books; prints a table
	@$(BIN)/python -m pytest tests/faults/running $(ARGS)

test-security: $(DEVELOPMENT) ## try every door and every field; prints a table
	@$(BIN)/python -m pytest tests/security $(ARGS)

bench: $(DEVELOPMENT) ## what we cost beside the bare work, into docs/performance.md; ROWS="calls takes" prints some
	@$(BIN)/python -m bench $(ROWS)

MINUTES ?= 10
city: $(DEVELOPMENT) ## play a city's morning, judge and price it, into docs/scale.md; MINUTES=1 ARGS=--print for a look
	@$(BIN)/python -m bench.city --minutes $(MINUTES) $(ARGS)

check: $(DEVELOPMENT) ## lint, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

pictures: $(DEVELOPMENT) ## take the pictures of docs/images again, from the demo that runs
	@$(BIN)/python docs/pictures.py

frozen: $(DEVELOPMENT) ## write anew what is made from the code: docs/states.md, the API's description
	@$(BIN)/python -m tests.guards.frozen

requirements: $(DEVELOPMENT) ## pin what requirements*.in ask for; ARGS=--upgrade for newer releases
	@$(COMPILE) $(ARGS) requirements.in --output-file requirements.txt
	@$(COMPILE) $(ARGS) requirements-dev.in --output-file requirements-dev.txt
	@$(COMPILE) $(ARGS) requirements-node.in --output-file requirements-node.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "· Making a virtual environment in $(VENV)/."
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "· Installing the requirements; the first time this takes a minute or two."
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "· Installing what tests and checks need; the first time this takes a minute or two."
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@
