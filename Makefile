# Two commands to begin with: `make demo` and `make test`. They need Python 3.11 or newer and make.
.DEFAULT_GOAL := help
.PHONY: help demo test drill serve bench fmt
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest -p tests.plugins.no_skips
PARALLEL := -m "not drill" -n $(WORKERS) --dist worksteal
# The tests choose their own home and database, whatever the caller's environment says, and keep byte
# code, since they start many processes.
CLEAN := TELLONCE_HOME= TELLONCE_DATABASE_URL= TELLONCE_USER= PYTHONDONTWRITEBYTECODE=

# The first Python that is new enough and can make virtual environments.
define find_python
for p in python3.13 python3.12 python3.11 python3 python; do \
  if "$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
  then python=$$p; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo "Tellonce needs Python 3.11 or newer with its venv module, and none was found." >&2; \
  echo "Install one (on Debian and Ubuntu: python3 and python3-venv) and run make again." >&2; \
  exit 4; \
fi
endef

demo: $(VENV)/.run ## load a made-up company, resolve its customers, show one snapshot
	@$(BIN)/tellonce demo
	@echo "   The command tellonce is in $(BIN); to have it at hand: . $(BIN)/activate"

serve: $(VENV)/.run ## open the hub on http://localhost:8000
	@$(BIN)/tellonce serve

test: $(VENV)/.dev ## lint, check types and borders, run every test but the long ones
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@if url=$$($(BIN)/python tests/plugins/postgresql.py); then \
	  echo "The hub's tests that reach its database, on PostgreSQL:"; \
	  $(CLEAN) TELLONCE_TEST_DATABASE_URL=$$url $(PYTEST) -p tests.plugins.reaching tests/hub \
	    $(PARALLEL); \
	elif [ "$$TELLONCE_TEST_ALL" = 1 ]; then echo "$$url" >&2; exit 1; \
	else echo "Skipped: the hub's tests on PostgreSQL ($$url)."; fi
	@echo "All tests, the hub's on SQLite:"
	@$(CLEAN) TELLONCE_TEST_POSTGRESQL=$$TELLONCE_TEST_DATABASE_URL TELLONCE_TEST_DATABASE_URL= \
	  $(PYTEST) $(PARALLEL)

drill: $(VENV)/.dev ## run the long tests and write docs/results/drill.md
	@$(CLEAN) $(PYTEST) -p tests.plugins.drill_report -m drill --hypothesis-profile=drill $(DRILLS)

bench: $(VENV)/.run ## measure accuracy, speed and real histories into docs/results/
	@$(BIN)/python -m bench

fmt: $(VENV)/.dev ## format the code and mend what lint can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

help: ## show this list
	@awk -F ' ## ' '/^[a-z]+:.* ## / {split($$1, t, ":"); printf "make %-7s %s\n", t[1], $$2}' Makefile

# Stamps: a second run does no work. dev.txt holds all of run.txt, so it serves both.
$(VENV)/.made:
	@$(find_python); \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  echo "Making $(VENV) with $$($$python --version)"; \
	  rm -rf $(VENV) && "$$python" -m venv $(VENV); \
	fi
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/.made
	@echo "Installing what Tellonce needs into $(VENV) (a minute or two the first time)"
	@$(PIP) install --quiet --require-hashes -r requirements/run.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/.made
	@echo "Installing what the tests need into $(VENV) (a minute or two the first time)"
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
