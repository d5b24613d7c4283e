# Sklad Bridge. `make demo` and `make test` do all of their set-up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint fix types bench check postgres plugin plugin-zip messages clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.runtime

demo: $(VENV)/.runtime ## run everything between two sandboxes; ONCE=1 checks each step and stops
	@$(BIN)/python manage.py demo $(if $(ONCE),--once)

test: $(VENV)/.dev ## all tests; skips, with the reason, what this machine has no program for
	$(BIN)/python -m pytest

lint: $(VENV)/.dev ## style, layers, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

fix: $(VENV)/.dev ## format, and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

postgres: $(VENV)/.dev ## the tests that touch SQL, on PostgreSQL (TEST_POSTGRES_URL)
	DATABASE_URL=$${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres} $(BIN)/python -m pytest -m sql

plugin: ## the WordPress plugin's own tests
	find wp-plugin -name '*.php' -print0 | xargs -0 -n1 php -l > /dev/null
	phpunit -c wp-plugin/sklad-bridge/phpunit.xml.dist

check: lint types test postgres plugin ## what CI runs

bench: $(VENV)/.dev ## measure, paired with the naive way
	$(BIN)/python -m pytest -m bench -s --timeout 900 tests/bench

plugin-zip: ## build/sklad-bridge.zip, ready to install
	$(PYTHON) wp-plugin/build-zip.py

messages: $(VENV)/.dev ## collect and compile translations (needs gettext)
	cd bridge && ../$(BIN)/python ../manage.py makemessages -l ru -l en --no-obsolete --no-wrap --add-location=file && ../$(BIN)/python ../manage.py compilemessages

clean: ## remove what the targets made
	rm -rf $(VENV) var build
