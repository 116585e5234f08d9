# The jobs of this house. `make help` lists them; each is quick when nothing changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Which Python makes the environment; 3.11 or newer.
PYTHON ?= python3
# Processes that share the tests; many wait for servers, browsers and clocks. 0: everything in one.
WORKERS ?= 3
# More words for pytest, for instance: make test ARGS='-k recall -x'
ARGS ?=
# `no` leaves the machine's packages alone; tests without their service then say so.
PROVIDE ?= yes
# Examples of `make fuzz` for each operation.
EXAMPLES ?= 100
# Arbitrary texts of `make fuzz` for each text field.
TEXTS ?= 1000
# `--upgrade` moves every pin to the newest version that fits: make lock UPGRADE=--upgrade
UPGRADE ?=

BIN := .venv/bin
PACKAGES := hall server displays simulation

.PHONY: help setup web run provide test check fix format lint types imports web-types web-units house hall-coverage bench audit crash powercut screens faults cluster dst flash load load-cluster fuzz attack advisories golden districts lock clean

help: ## list the jobs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: .venv/.installed web ## make .venv from the lock file, install OneWindow in place, build the pages

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OneWindow needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/.locked: requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@touch $@

.venv/.installed: pyproject.toml .venv/.locked
	@nodes="$$($(BIN)/python displays/web/build.py --requirements)"; [ -z "$$nodes" ] || $(BIN)/python -m pip install --quiet "$$nodes"
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

web: .venv/.installed ## build the pages (nothing to do: 0.1 s)
	@$(BIN)/python displays/web/build.py

run: setup ## show a whole busy day in the browser
	$(BIN)/onewindow demo

provide:
	@[ "$(PROVIDE)" = no ] || .ci/provide

# Python's packages and Debian's come from different places: side by side they are there sooner.
test: ## set up, and run every test, with a browser, PostgreSQL, Redis and nginx
	@$(MAKE) --no-print-directory --jobs=2 setup provide
	$(BIN)/python -m pytest -m 'not bench' -n $(WORKERS) --dist loadfile $(ARGS)

check: format lint types imports web-types web-units house hall-coverage ## all checks that are quick

fix: .venv/.installed ## format, and mend what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

format: .venv/.installed
	$(BIN)/ruff format --check .

lint: .venv/.installed
	$(BIN)/ruff check .

types: .venv/.installed
	$(BIN)/mypy

imports: .venv/.installed
	$(BIN)/lint-imports --no-logo

web-types: web
	cd displays/web && node_modules/.bin/tsc --noEmit

web-units: web
	$(BIN)/python -m pytest -q tests/displays/test_web_units.py

house: .venv/.installed
	$(BIN)/python -m pytest -q -m 'not slow' tests/build

hall-coverage: .venv/.installed
	$(BIN)/coverage run --branch --source=hall -m pytest -q -m 'not slow' tests/hall
	$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

bench: setup ## measure the rules and the live path, each beside a plain yardstick in the same run
	$(BIN)/python -m tests.bench.rules
	$(BIN)/python -m tests.bench.estimate
	$(BIN)/python -m tests.bench.latency
	$(BIN)/python -m tests.bench.instant
	$(BIN)/python -m tests.bench.screens
	$(BIN)/python -m tests.bench.twin
	$(BIN)/python -m tests.bench.sizing
	$(BIN)/python -m tests.bench.studio
	$(BIN)/python -m tests.bench.commands
	$(BIN)/python -m tests.bench.ledger
	$(BIN)/python -m tests.bench.starting
	$(BIN)/python -m tests.bench.days

crash: setup ## kill -9 a busy server 20 times with a spare and 20 times alone, and compare what everybody was told with the log
	$(BIN)/python -m tests.faults.crash $(ARGS)

powercut: setup ## cut the power of the ledger, simulated and on a real file system, beside weaker settings
	$(BIN)/python -m tests.faults.powercut $(ARGS)

screens: setup ## 200 screens with resets, stalls and dead links, and one that never reads
	@[ "$(PROVIDE)" = no ] || .ci/provide
	$(BIN)/python -m tests.faults.screens $(ARGS)

faults: setup ## fill the disk, fail its syncs, turn the clock, stop the process of a busy server, restart its PostgreSQL and Redis
	@[ "$(PROVIDE)" = no ] || .ci/provide
	$(BIN)/python -m tests.faults.faults $(ARGS)

audit: setup ## audit a day of 1,000,000 commands, then flip one byte and see its row named
	$(BIN)/python -m tests.faults.big_day $(ARGS)

cluster: setup ## run a district day on three nodes, with one, Redis and PostgreSQL lost; ARGS='--halls 20 --tickets 2000'
	@[ "$(PROVIDE)" = no ] || .ci/provide
	$(BIN)/python -m tests.faults.cluster $(ARGS)

dst: setup ## simulate the whole system under faults; make dst SEEDS=2000 JOBS=2, or one seed with its trace: make dst SEED=7
	$(BIN)/python -m tests.dst $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),200) --jobs $(or $(JOBS),1)) $(ARGS)

flash: setup ## sell 3,000 places to 12,000 people in a minute on two nodes, one killed in the middle; ARGS='--nodes 1'
	@[ "$(PROVIDE)" = no ] || .ci/provide
	$(BIN)/python -m loadtests.flash $(ARGS)

load: setup ## let Locust's crowd live through a busy hall; ARGS='--shape graduates --people 400'
	$(BIN)/python -m loadtests.crowd $(ARGS)

load-cluster: setup ## the same in three halls, each on a node of its own behind nginx, with PostgreSQL and Redis
	@[ "$(PROVIDE)" = no ] || .ci/provide
	$(BIN)/python -m loadtests.crowd --cluster $(ARGS)

fuzz: setup ## generated requests against the API's own description, and arbitrary texts: make fuzz EXAMPLES=2000 TEXTS=10000
	$(BIN)/python -m tests.security.fuzz $(EXAMPLES)
	$(BIN)/python -m tests.security.texts $(TEXTS)

attack: setup ## 10,000 malformed feeds, 500 slow requests, 4,000 idle sockets; 500 scripts as names in a browser
	$(BIN)/python -m tests.security.attack

advisories: setup ## compare what is pinned with published advisories; says what could not be asked
	$(BIN)/python -m tests.security.advisories

golden: setup ## record the golden logs again and show what changed, for review
	$(BIN)/python -m tests.golden.record
	git --no-pager diff --stat -- tests/golden

districts: setup ## run the commands of docs/districts.md again, draw its pictures and fill its tables
	nice $(BIN)/python docs/districts.py $(ARGS)

lock: .build/uv/bin/uv ## pin every dependency again, with hashes and without addresses
	env -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	  .build/uv/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	  --all-extras --group dev --custom-compile-command 'make lock' $(UPGRADE) \
	  pyproject.toml --output-file requirements.lock
	cd displays/web && npm install --package-lock-only --ignore-scripts

.build/uv/bin/uv:
	$(PYTHON) -m venv .build/uv
	.build/uv/bin/python -m pip install --quiet uv

clean: ## remove all that was made, but not .venv
	rm -rf .build build dist displays/web/dist displays/web/dist.new displays/web/dist.old displays/web/node_modules displays/web/src/generated
	rm -rf .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(PACKAGES) loadtests tests -name __pycache__ -type d -prune -exec rm -rf {} +
