# Everything starts here: each target makes .venv and installs what it needs by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH := .venv-bench
XDIST ?= 2

.PHONY: demo test torture lint figures figures-interpret docs package test-lowest bench bench-gpu clean install

install: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("error: python3: found %d.%d, expected 3.11 or newer" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

# the n=2, m=1 phase diagram of 'Toy Models of Superposition': trained, stored, drawn, checked
demo: $(STAMP)
	cd figures && ../$(BIN)/phasesim figure phase-2x1

# every figure at its default scale, their page, and a table of what they assert; what is trained
# already is not trained again, and an assertion that is not reached (3) is a result
figures: $(STAMP)
	$(call draw,grep -v ^interpret-)
	$(call page)

# the figures of the interpretability bench, and a verdict on every claim
figures-interpret: $(STAMP)
	$(call draw,grep ^interpret-)
	cd figures && ../$(BIN)/phasesim claims -o claims.json
	$(call page)

# of the names of all figures those that $(1) lets through
define draw
cd figures && for name in $$(../$(BIN)/phasesim figure --list | cut -d' ' -f1 | $(1)); do \
  ../$(BIN)/phasesim figure $$name || [ $$? -eq 3 ] || exit 1; done
endef

define page
cd figures && ../$(BIN)/phasesim figure --gallery && \
  { ../$(BIN)/phasesim figure --check || [ $$? -eq 3 ]; }
endef

test: $(STAMP)
	$(BIN)/python -m pytest -n $(XDIST) --dist loadfile

# what takes long: kills, full disks, hostile files, the generator on 10^8 draws; goes on where it
# was interrupted, with its table in build/torture/table.md (see tests/torture/README.md)
torture: $(STAMP)
	$(BIN)/python -m pytest -m slow -n $(XDIST)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

# the documentation, in build/docs: scripts of docs/examples are run, warnings are errors
docs: $(STAMP)
	$(BIN)/python -c 'import furo, myst_nb' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --editable '.[docs]'
	$(BIN)/python -m sphinx -W --keep-going -q -d build/doctrees docs build/docs
	@echo 'build/docs/index.html: written'

# wheel and sdist in dist; the wheel is installed with what it needs to run, and tried elsewhere
package: $(STAMP)
	rm -rf dist build/wheel
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/python -m pip install --quiet dist/*.whl
	cd build/wheel && bin/phasesim --help >/dev/null && bin/phasesim figure --list >/dev/null && \
	  bin/phasesim config init tiny && \
	  bin/phasesim run tiny.toml --set n_steps=20 --set sweep.n_seeds=1 --quiet && \
	  bin/phasesim info tiny.h5

# the same tests with the lowest versions that pyproject.toml allows, on python3 = 3.11; old
# releases warn of each other, which is not an error here
LOWEST := .venv-lowest
$(LOWEST)/.installed: pyproject.toml tests/lowest.txt
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet -c tests/lowest.txt --editable '.[dev]'
	touch $@

test-lowest: $(LOWEST)/.installed
	$(LOWEST)/bin/python -m pytest -W default -n $(XDIST) --dist loadfile

# the benchmarks' contenders bring packages that nothing else needs, so they live apart
$(BENCH)/.installed: pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --editable '.[bench]' pytest
	touch $@

bench: $(BENCH)/.installed
	JAX_PLATFORMS=cpu $(BENCH)/bin/python -m pytest benchmarks --benchmark-only
	JAX_PLATFORMS=cpu $(BENCH)/bin/python -m benchmarks.memory
	JAX_PLATFORMS=cpu $(BENCH)/bin/python -m benchmarks.flat
	JAX_PLATFORMS=cpu $(BENCH)/bin/python -m benchmarks.commit
	$(BENCH)/bin/python -m benchmarks.report
	JAX_PLATFORMS=cpu $(BENCH)/bin/python -m benchmarks.cost

# on a machine with a GPU; needs its JAX too: .venv-bench/bin/pip install 'jax[cuda12]'
bench-gpu: $(BENCH)/.installed
	$(BENCH)/bin/python -m benchmarks.gpu
	$(BENCH)/bin/python -m benchmarks.report

clean:
	rm -rf $(VENV) $(BENCH) $(LOWEST) build dist .pytest_cache .ruff_cache .hypothesis
