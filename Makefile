# Everything a person runs, by one name each. `make` alone lists them.
# A developer needs Python 3.11 or newer and make; the rest is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
LOCKS := $(addprefix requirements/,kiosk.txt server.txt build.txt dev.txt)
# `make lint CODE=server` looks at one package alone.
CODE ?= $(wildcard sync_protocol firmware_bridge kiosk_agent server benchmarks scripts tests)
# `make test ARGS="tests/server -k disposisi"` runs a part of the tests.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types imports format bench assurance lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.project ## make .venv with everything in it

demo: setup ## start a centre and a kiosk, with sample complaints and a network switch
	@$(BIN)/kasih-demo $(ARGS)

test: setup ## run all tests (a part of them: ARGS="tests/server -k disposisi")
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: lint types imports ## lint, formatting, types and the arrows between packages

lint: setup ## ruff alone (one package: CODE=server)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

types: setup ## mypy alone (one package: CODE=server)
	$(BIN)/mypy --strict $(CODE)

imports: setup ## who imports whom, alone
	$(BIN)/lint-imports

format: setup ## format, and repair what ruff can repair by itself (one package: CODE=server)
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: setup ## benchmarks; their last line is JSON
	$(PY) -m benchmarks $(ARGS)

assurance: setup ## the long fault tests (how many and which: COUNT=1000 SEED=7)
	$(if $(COUNT),COUNT='$(COUNT)') $(if $(SEED),SEED='$(SEED)') $(PY) -m tests.assurance $(ARGS)

lock: $(BIN)/uv ## resolve the dependencies again and pin them (newest that fit: ARGS=--upgrade)
	$(call compile,kiosk,--extra kiosk)
	$(call compile,server,--extra server)
	$(call compile,build,--extra build)
	$(call compile,dev,--extra dev)
	@! grep -nE '://|^ *--?(index|extra-index|find-links|i |f )|/(home|root|tmp|usr|opt|work)/' $(LOCKS) \
		|| { echo 'make lock: a lock file names a host or a folder' >&2; exit 1; }

clean: ## remove .venv, caches and build output
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- how .venv comes about ---------------------------------------------------------------------------------------------

# Pinned versions with their hashes. The settings of the machine's own pip may add places to look in, not packages.
$(VENV)/.packages: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kasih needs Python 3.11 or newer")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# The project itself, editable: a change in the code needs no new install, a new command in pyproject.toml does.
$(VENV)/.project: $(VENV)/.packages pyproject.toml
	$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Only `make lock` wants uv: it resolves for every platform at once, and in seconds.
$(BIN)/uv:
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check uv

# The resolver's header would name its options and its cache; ours names the command that a person types.
define compile
$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock' $(2) $(ARGS) pyproject.toml -o requirements/$(1).txt
endef
