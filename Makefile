# Etude needs make and Python 3.11 or newer, nothing else. `make` alone lists the targets.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c requirements.lock

# The stamps in .make/ speak of .venv; without it they are void.
ifeq ($(wildcard $(BIN)/python),)
$(shell rm -rf .make)
endif

.PHONY: help run test benchmark pictures check format setup lock clean distclean

help: ## List the targets.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

run: .make/run ## Install, fetch the models, index the shipped notes, and open the web app.
	$(BIN)/etude models pull
	$(BIN)/etude sync --shipped
	$(BIN)/python app.py

test: .make/dev ## Install with the tools of developers, fetch the small models, and run the tests.
	$(BIN)/etude models pull smollm2-135m-instruct all-minilm-l6-v2
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

benchmark: .make/run ## Measure closed book, naive retrieval and Etude with each installed model, in about 15 minutes a model.
	$(BIN)/python -m eval.benchmark

pictures: .make/dev ## Take the pictures of docs/images from the page, with the shipped notes and the installed model.
	$(BIN)/python -m tests.e2e.pictures

check: .make/dev ## Look for mistakes: lint, format, types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .make/dev ## Mend what lint and format can mend by themselves.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: .make/dev ## Install with the tools of developers.

lock: .make/dev ## Write the versions that are installed into requirements.lock.
	sed '/^[^#]/,$$d' requirements.lock > .make/lock
	$(BIN)/python -m pip list --disable-pip-version-check --format=freeze --exclude-editable --exclude pip \
		| sed 's/+cpu$$//' >> .make/lock
	mv .make/lock requirements.lock
	touch .make/run .make/dev

clean: ## Delete caches and build leftovers.
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
	find assistant knowledge eval tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Delete the virtual environment too. Notes, models and chats stay: they are not in this folder.
	rm -rf .venv .make

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Etude needs Python 3.11 or newer, and there is none on the PATH. Install one," \
		"or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make virtual environments." \
		"On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.make/run: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP_INSTALL) -e .
	@mkdir -p .make && touch $@

.make/dev: pyproject.toml requirements.lock | $(BIN)/python
	$(PIP_INSTALL) -e '.[dev]'
	@mkdir -p .make && touch $@ .make/run
