# Each goal does its own set-up in .venv, from any Python of 3.11 or newer.
PYTHON ?= python3
# How many processes test at once; each file's tests stay in one.
WORKERS ?= 2
BIN := .venv/bin

.PHONY: demo test format benchmarks clean

demo: .venv/ready
	$(BIN)/dalsegno demo

test: .venv/ready-to-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	cd .venv/typing && ../bin/mypy --config-file ../../pyproject.toml -p dalsegno
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --nbmake tests notebooks

format: .venv/ready-to-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmarks: .venv/ready-to-test
	$(BIN)/python benchmarks/main_job.py
	$(BIN)/python benchmarks/layer_cost.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/durability.py
	$(BIN)/python benchmarks/catalog.py

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Dalsegno needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

# Type checkers follow no editable install that lives in an import hook, but they follow a link.
.venv/ready-to-test: .venv/bin/pip pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	mkdir -p .venv/typing
	ln -sfn ../.. .venv/typing/dalsegno
	touch .venv/ready $@
