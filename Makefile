# Python ≥ 3.11, git and make are enough. uv is used when it is there, pip otherwise.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-bench
PEERS_READY := $(PEERS)/.ready
ARGS ?=
RESOLVE := uv pip compile -q --universal --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url -p 3.11
SPARK_BIN := .venv-spark/bin
SPARK_READY := .venv-spark/.ready
DESK_BIN := .venv-desk/bin
DESK_READY := .venv-desk/.ready

.PHONY: demo test first-morning check docs pictures bench bench-full bench-larger java spark chromium test-desk postgres test-postgres lock clean help

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@echo "Setting up $(VENV) (once) …"
	@if command -v uv >/dev/null 2>&1; then \
		uv venv -q --allow-existing --python $(PYTHON) $(VENV) \
		&& VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install -q --require-hashes -r requirements.lock \
		&& VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install -q --no-deps --no-build-isolation -e . ; \
	else \
		$(PYTHON) -m venv $(VENV) \
		&& $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock \
		&& $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(READY)

demo: $(READY) ## a real round on a synthetic pool (ARGS="--lang fr" for French)
	@$(BIN)/tirage demo $(ARGS)

test: $(READY) ## all tests
	@$(BIN)/python -m pytest -n auto $(ARGS)

first-morning: $(READY) ## 20,000 people on two cores, kill −9, power cuts, abuse; minutes (ARGS=--write for bench/RESULTS.md)
	@$(BIN)/python -m pytest -m morning tests/first_morning -s $(ARGS)

check: $(READY) ## lint, types, import layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/tirage law check

docs: $(READY) ## the reference anew: commands from their help, Python from its docstrings
	@$(BIN)/python docs/generate.py

pictures: $(READY) ## the pictures of the README anew
	@$(BIN)/python docs/pictures.py

bench: $(READY) ## speed against the named peers, in one interleaved run
	@$(BIN)/python -m bench.run $(ARGS)

bench-larger: $(READY) ## 100 million declarations on disk, scored and drawn by two engines (minutes; 12 GiB of disk)
	@$(BIN)/python -m bench.larger --size 100000000 $(ARGS)

java:
	@version=$$(java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -n 1); \
	if [ "$${version:-0}" -lt 17 ]; then \
		echo "Spark needs Java 17 or newer, and it is not here: nothing was tested." >&2; exit 3; \
	fi

$(SPARK_READY): requirements.lock requirements-spark.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@echo "Setting up .venv-spark (once; pyspark is 450 MB) …"
	@$(PYTHON) -m venv .venv-spark
	@$(SPARK_BIN)/python -m pip install -q --disable-pip-version-check --require-hashes \
		-r requirements.lock -r requirements-spark.lock
	@$(SPARK_BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(SPARK_READY)

spark: java $(SPARK_READY) ## the tests of the Spark engine, in local mode (needs Java 17; without it: Error 3, nothing is tested)
	@$(SPARK_BIN)/python -m pytest tests/spark $(ARGS)

chromium:
	@command -v chromium >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& echo "Installing chromium (once) …" && apt-get update -qq >/dev/null \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null 2>&1; } \
	|| { echo "The desk is tested in Chromium, which is not here and could not be installed: nothing was tested." >&2; \
		echo "As root on Debian: apt-get install chromium" >&2; exit 3; }

$(DESK_READY): requirements.lock requirements-desk.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@echo "Setting up .venv-desk (once) …"
	@$(PYTHON) -m venv .venv-desk
	@$(DESK_BIN)/python -m pip install -q --disable-pip-version-check --require-hashes \
		-r requirements.lock -r requirements-desk.lock
	@$(DESK_BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(DESK_READY)

test-desk: chromium $(DESK_READY) ## the desk and the pages for candidates in a real browser; screenshots in out (needs chromium)
	@$(DESK_BIN)/python -m pytest tests/browser $(ARGS)

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& echo "Installing postgresql (once) …" && apt-get update -qq >/dev/null \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null 2>&1; } \
	|| { echo "The bank is tested on PostgreSQL, which is not here and could not be installed: nothing was tested." >&2; \
		echo "As root on Debian: apt-get install postgresql" >&2; exit 3; }

test-postgres: postgres $(READY) ## the bank on a PostgreSQL server of its own (installs Debian's where it may)
	@$(BIN)/python tests/with_postgres.py $(BIN)/python -m pytest tests/intake $(ARGS)

# The peers have an environment of their own. Where it cannot be installed, those that are missing are told in the page.
$(PEERS_READY): bench/requirements.lock requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@echo "Setting up $(PEERS) (once) …"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r bench/requirements.lock \
		|| $(PEERS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PEERS)/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(PEERS_READY)

bench-full: $(PEERS_READY) ## every peer, up to ten million declarations (ARGS=--write for bench/RESULTS.md)
	@$(PEERS)/bin/python -m bench.run --full $(ARGS)

lock: ## resolve the four locks anew: hashes, no index addresses (needs uv)
	@$(RESOLVE) --group dev --extra desk --extra intake --extra postgres pyproject.toml -o requirements.lock
	@$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"], sep="\n")' \
		| $(RESOLVE) -c requirements.lock - -o requirements-spark.lock
	@$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["browser"], sep="\n")' \
		| $(RESOLVE) -c requirements.lock - -o requirements-desk.lock
	@$(RESOLVE) --group bench -c requirements.lock pyproject.toml -o bench/requirements.lock

clean: ## delete what was set up and made
	@rm -rf $(VENV) $(PEERS) .venv-spark .venv-desk .mypy_cache .pytest_cache .ruff_cache .hypothesis out dist
