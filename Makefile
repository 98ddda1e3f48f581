# Python ≥ 3.11, git and make are enough. uv is used when it is there, pip otherwise.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

.PHONY: demo test check bench bench-larger lock clean help

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

check: $(READY) ## lint, types, import layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/tirage law check

bench: $(READY) ## speed against the named peers, in one interleaved run
	@$(BIN)/python -m bench.run $(ARGS)

bench-larger: $(READY) ## 100 million declarations on disk, scored and drawn by two engines (minutes; 12 GiB of disk)
	@$(BIN)/python -m bench.larger --size 100000000 $(ARGS)

lock: ## resolve requirements.lock anew: hashes, no index addresses (needs uv)
	@uv pip compile -q --universal --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--all-extras --group dev pyproject.toml -p 3.11 -o requirements.lock

clean: ## delete what was set up and made
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis out dist
