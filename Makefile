# Sklad Bridge. `make demo` and `make test` do all of their set-up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Flow tests wait more than they work: more of them at once than there are processors.
JOBS ?= 4
TESTS := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
# Ten minutes a database at most; interrupted as by a person, so that what was started is stopped.
BENCH := timeout -s INT -k 30 600 $(BIN)/python -m pytest -m bench -s --timeout 300
# A storm ends by itself; one that does not is interrupted, and stops what it started.
CHAOS_TIMEOUT ?= 14400
CHAOS := timeout --foreground -s TERM -k 60 $(CHAOS_TIMEOUT)

# Tests start hundreds of processes: none of them compiles the whole bridge anew, whatever the machine's default.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test lint fix types bench bench-large chaos fuzz audit check upgrade-test postgres postgres-flows plugin plugin-zip messages screenshots clean

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
	$(TESTS)

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
	DATABASE_URL=$${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres} $(TESTS) -m sql

postgres-flows: $(VENV)/.dev ## every flow test on PostgreSQL, not only those that contend for rows
	DATABASE_URL=$${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres} $(TESTS) -m flow

upgrade-test: $(VENV)/.dev ## migrate a database of the last release with many rows, SQLite and PostgreSQL
	UPGRADE_ROWS=$${UPGRADE_ROWS:-50000} $(BIN)/python -m pytest -s tests/operation/test_upgrade.py tests/operation/test_upgrade_under_load.py tests/operation/test_migrations.py

plugin: ## the WordPress plugin's own tests
	find wp-plugin -name '*.php' -print0 | xargs -0 -n1 php -l > /dev/null
	phpunit -c wp-plugin/sklad-bridge/phpunit.xml.dist

check: lint types test postgres plugin ## what CI runs

bench: $(VENV)/.dev ## measure the main job beside the naive way, on both databases and among BENCH_ORDERS orders; writes docs/benchmarks.md
	rm -rf build/bench
	failed=0; \
	BENCH_FILLED_URL= $(BENCH) tests/bench/main_job || failed=1; \
	BENCH_FILLED_URL= DATABASE_URL=$${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres} $(BENCH) tests/bench/main_job || failed=1; \
	$(BIN)/python -m tests.bench.main_job.filled $(BENCH) tests/bench/main_job || failed=1; \
	$(BIN)/python -m tests.bench.main_job.tables && exit $$failed

bench-large: $(VENV)/.dev ## measure catalogues of 100,000 items, uploads, the desk with a million orders (long)
	$(BIN)/python -m pytest -m bench -s --timeout 900 --ignore tests/bench/main_job tests/bench

chaos: $(VENV)/.dev ## a storm over the bridge on both databases (CHAOS_ORDERS, CHAOS_SEED, CHAOS_DATABASE)
	PYTHONPATH=tests:. $(CHAOS) $(BIN)/python -m chaos

fuzz: $(VENV)/.dev ## 50,000 requests of any kind at what strangers reach; FUZZ_REQUESTS and FUZZ_SERVED say how many
	FUZZ_REQUESTS=$${FUZZ_REQUESTS:-50000} FUZZ_SERVED=$${FUZZ_SERVED:-5000} $(BIN)/python -m pytest -q -s --timeout 7200 tests/security/test_fuzz.py

audit: $(VENV)/.dev ## known weaknesses of the locked packages
	@$(BIN)/python .ci/audit.py

plugin-zip: ## build/sklad-bridge.zip, ready to install
	$(PYTHON) wp-plugin/build-zip.py

messages: $(VENV)/.dev ## collect and compile translations (needs gettext)
	cd bridge && ../$(BIN)/python ../manage.py makemessages -l ru -l en --no-obsolete --no-wrap --add-location=file && ../$(BIN)/python ../manage.py compilemessages
	$(PYTHON) wp-plugin/build-languages.py

screenshots: $(VENV)/.dev ## take the pictures of docs/guide anew (needs chromium)
	$(BIN)/python -m pytest -p no:cacheprovider tests/guide/screenshots.py

clean: ## remove what the targets made
	rm -rf $(VENV) var build
