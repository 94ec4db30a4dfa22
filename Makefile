# Everything a newcomer needs: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
PEERS := .venv/.installed-peers
FUZZ := .venv/.installed-fuzz
FUZZ_SECONDS ?= 60
ASSETS := serve/static/vendor/.built
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help demo newcomer test check bench fuzz fix lock assets pictures clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(RUN) $(ASSETS) ## the whole thing on a fictitious web: crawl, merge, search on http://127.0.0.1:8000/
	@exec $(BIN)/pignon demo

newcomer: $(RUN) $(ASSETS) ## the demo with the runtime's dependencies alone, until it shows listings
	$(BIN)/python -m tests.newcomer

# A file on one worker, so that what its tests share is made once (pytest 9.2 ignores groups of other kinds).
test: $(DEV) $(ASSETS) ## the whole suite
	$(BIN)/pytest -n 2 --dist loadfile

check: $(DEV) ## lint, format, types, walls between packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(PEERS) ## the benchmarks, with their figures
	$(BIN)/pytest -s tests/benchmarks --override-ini testpaths=tests/benchmarks -p no:xdist --timeout 1800

fix: $(DEV) ## format, and lint what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(FUZZ) ## seek inputs that break the reader, for FUZZ_SECONDS (Python 3.11)
	@rm -rf .venv/fuzz && mkdir -p .venv/fuzz
	$(BIN)/python -m tests.fuzz.seeds .venv/fuzz
	$(BIN)/python -m tests.fuzz -dict=tests/fuzz/tokens.dict -max_total_time=$(FUZZ_SECONDS) .venv/fuzz tests/fuzz/corpus

lock: $(DEV) ## lock the dependencies again: names, versions and hashes, no address
	$(LOCK) --extra build pyproject.toml -o requirements/run.txt
	$(LOCK) --extra build --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	$(LOCK) --extra build --extra peers -c requirements/dev.txt pyproject.toml -o requirements/peers.txt
	$(LOCK) --extra fuzz -c requirements/dev.txt pyproject.toml -o requirements/fuzz.txt
	$(LOCK) requirements/node.in -o requirements/node.txt

assets: $(ASSETS) ## the pages' scripts and the list of communes, from npm

pictures: $(DEV) ## the documentation's pictures, while `make demo` runs
	PIGNON_SCREENSHOTS=1 PIGNON_SCREENSHOT_URL=http://127.0.0.1:8000 $(BIN)/pytest tests/web -k screenshots

clean: ## remove what make made
	rm -rf .venv serve/static/vendor node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pignon needs Python 3.11 or newer; name it with: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."; exit 1; }

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing Pignon into .venv (a minute, once) ..."
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	@echo "Installing what the tests need (a minute, once) ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(FUZZ): requirements/fuzz.txt $(DEV)
	@echo "Installing the fuzzer ..."
	@$(PIP) install --require-hashes -r requirements/fuzz.txt
	@touch $@

$(PEERS): requirements/peers.txt $(DEV)
	@echo "Installing the readers that the benches compare with (a minute, once) ..."
	@$(PIP) install --require-hashes -r requirements/peers.txt
	@touch $@

$(ASSETS): package.json package-lock.json requirements/node.txt | $(RUN)
	@command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements/node.txt
	@$(BIN)/python -m serve.assets
	@touch $@
