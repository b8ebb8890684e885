# Everything from a fresh machine with Python 3.11 or newer: `make run`, `make test`, `make check`.

PYTHON ?= python3
BIN = .venv/bin
# Compiled code is kept, whatever the machine says: tests start processes, and each would compile the project again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test quick check prove mutants stop clean chromium

run: .venv/run.stamp
	@exec $(BIN)/python manage.py serve

# The browser first: what may fail does so before the long part.
test: chromium .venv/dev.stamp
	$(BIN)/pytest

# What a change can touch, for about a minute: of what differs from `main`, of SINCE=<commit>, or of all of ROOM=loyalty/tiers.
quick: .venv/dev.stamp
	@$(BIN)/python -m tests.quick $(if $(ROOM),--room $(ROOM)) $(if $(SINCE),--since $(SINCE))

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --config .ci/contracts.toml
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

# The long tests: crashes, races, volume, speed; many more examples of the random ones; each page in all its looks.
prove: .venv/dev.stamp
	$(BIN)/pytest -m prove -n 0 -rs
	EXAMPLES=10 $(BIN)/pytest -m random
	LOOKS=all $(BIN)/pytest -m browser

# Faults planted in the rules one at a time: the model must catch each.
mutants: .venv/dev.stamp
	$(BIN)/pytest -m prove -n 0 -s tests/mutants

stop: .venv/run.stamp
	$(BIN)/python manage.py stop

# Keeps the data; `.venv/bin/python manage.py stop --delete-data` beforehand deletes that too.
clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python manage.py stop; fi
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache test-results .data/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One at hand, or named with CHROMIUM=/path/to/it, or else one fetched into .venv.
chromium: | .venv/bin/python
	@$(BIN)/python -m tests.browser.obtain

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: name one with make PYTHON=/path/to/python3.11." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "This Python cannot make a .venv: apt-get install python3-venv." >&2; exit 1; }

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
