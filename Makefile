# Everything a contributor does. `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Browser libraries: fetched by their own lock, never kept in the repository.
ASSETS := dashboards/static/vendor/.ready
# Where the fast tests' databases lie: in memory where the machine has such a place. `make test` writes to the disk.
IN_MEMORY := $(if $(wildcard /dev/shm/.),/dev/shm,$(or $(TMPDIR),/tmp))
# Two processes; each file's tests stay together, with the servers and browsers that they share.
ON_BOTH_CORES := --numprocesses=2 --dist=loadfile

.PHONY: help venv assets demo test check fast properties lint servers contract bench fuzz guides corpus sbom audit format lock pictures

help:  ## What there is
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

venv: $(READY)  ## The Python environment, from the lock
$(READY): requirements-dev.lock pyproject.toml tools/bootstrap
	tools/bootstrap $(VENV)
	@touch $@

assets: $(ASSETS)  ## The browser libraries, from their lock
dashboards/static/vendor/.ready: dashboards/package-lock.json tools/vendor tools/npm | $(READY)
	tools/vendor
	@touch $@

demo: $(READY) $(ASSETS)  ## Everything on embedded parts, on this machine
	$(BIN)/vaka demo

test: lint servers $(ASSETS)  ## All that is needed to trust a change
	$(BIN)/pytest $(ON_BOTH_CORES)

check: lint fast  ## Format, lint, types, rooms and the tests that take seconds

pictures: $(READY) $(ASSETS)  ## Every role's journeys in every size, look and language, as pictures in build/pictures
	PICTURES=all $(BIN)/pytest -q -m browser tests/journeys

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: $(READY) $(ASSETS)  ## Only the tests that take seconds
	TMPDIR=$(IN_MEMORY) HYPOTHESIS_PROFILE=short $(BIN)/pytest -q $(ON_BOTH_CORES) -m "not (broker or browser or influx or slow or data)"

properties: $(READY)  ## The property tests alone, searching long for a counterexample: hours
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -q tests/properties

contract: $(READY)  ## Many more calls made up from the OpenAPI document than make test makes
	VAKA_CONTRACT_EXAMPLES=60 $(BIN)/pytest -q $(ON_BOTH_CORES) tests/web/test_contract.py

servers:
	tools/servers

bench: $(READY)  ## Throughput and latency, as a table
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

fuzz: $(READY)  ## A million hostile messages and more, on every way in; the number is printed
	$(BIN)/python -m tests.fuzz

guides: $(READY) $(ASSETS)  ## The guides' pictures, taken anew from the demo's pages; look at them before committing
	$(BIN)/python -m tests.journeys.guide_pictures

corpus: $(READY)  ## What real payloads become, and the rules beside what people in real homes wrote down
	$(BIN)/python -m tests.payloads.corpus
	$(BIN)/python -m tests.recordings.figures
	$(BIN)/python -m tests.recordings.absence
	$(BIN)/python -m tests.recordings.bed_exits

sbom: $(READY)  ## What Vaka is made of, as CycloneDX, into build/
	tools/sbom

audit: $(READY)  ## Known vulnerabilities in what the locks name (asks the registries)
	tools/audit

format: $(READY)  ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)  ## Choose the newest versions again
	tools/lock
