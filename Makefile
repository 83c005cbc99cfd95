# Every task in a word; each sets up what it needs in .venv.
#   make demo    the main job on the sample photo          make test    all tests
#   make lint    style and types                           make bench   measure speed, write benchmarks/results

PYTHON ?= python3
# The version that the shipped weights were trained with. On Linux the plain package may bring CUDA libraries of
# several gigabytes: give TORCH the path or name of a CPU build to avoid that.
TORCH ?= torch==2.13.0

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint format bench clean

demo: .venv/.core
	$(BIN)/lamplit analyze examples/eileen-collins.jpg --annotate results

# A run in which a native library has crashed (abort, bus error, segmentation fault) says nothing of the tests behind the
# crash: that has happened in torch's own code, rarely. It is run once more, and says so.
test: .venv/.dev
	$(BIN)/python -m pytest || case $$? in \
		134|135|136|139) echo "pytest has crashed: once more" && $(BIN)/python -m pytest ;; *) exit 1 ;; esac

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev
	$(BIN)/python benchmarks/network_speed.py
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/thousand_pictures.py

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lamplit needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "on Debian first: apt install python3-venv"; exit 1; }

.venv/.core: .venv/bin/python pyproject.toml
	$(PIP) install -e .
	touch $@

.venv/.dev: .venv/.core
	$(PIP) install "$(TORCH)"
	$(PIP) install -e ".[train,dev]"
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
