# Everything starts here: `make run`, `make test`, `make check`, `make lock`.
# Needs make and Python 3.11 or newer, nothing else; what it sets up stands in .venv and is kept for the next start.

.DELETE_ON_ERROR:
.PHONY: run test check lock clean
.DEFAULT_GOAL := run

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$p; break; fi; done)
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)
CHECK_HOME := .make/home
WORKERS ?= auto

run: .venv/.base
	@home="$${PAICHA_HOME:-var}"; \
	if [ -e "$$home/.demo-unfinished" ]; then \
		echo "上一次演示数据没有建完，请删除文件夹 $$home 后再运行 make run。" >&2; exit 2; fi; \
	if [ -z "$$DATABASE_URL" ] && [ ! -e "$$home/paicha.sqlite3" ]; then \
		mkdir -p -m 700 "$$home" && touch "$$home/.demo-unfinished" && \
		$(BIN)/paicha demo && rm "$$home/.demo-unfinished" || exit $$?; fi; \
	exec $(BIN)/paicha serve

test: .venv/.dev
	$(BIN)/pytest -n $(WORKERS) --dist loadscope
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --db=postgres -m "database and not browser"

check: export PAICHA_HOME := $(CHECK_HOME)
check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python checks/budgets.py
	$(BIN)/python checks/tree.py
	DJANGO_SETTINGS_MODULE=paicha.config.settings $(BIN)/python -m django makemigrations --check --dry-run

# `make lock UPGRADE=--upgrade` takes newer versions; without it, only what the .in files demand changes.
lock: .venv/.uv
	$(COMPILE) requirements/base.in -o requirements/base.txt
	$(COMPILE) requirements/dev.in -c requirements/base.txt -o requirements/dev.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt

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
