# make demo   set up, then press the shipped NZSP example to 360 MPa
# make test   set up, then the test suite
# make help   the rest
#
# PYTHON=/path/to/python3.12 chooses the interpreter, VENV=dir the environment's folder.

VENV ?= .venv
WORKERS ?= 2
SIZES ?= 8 16 32
RUN := runs/demo-$(shell date +%Y%m%d-%H%M%S)
BIN := $(VENV)/bin

export OMP_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-quick test-paraview test-cluster bench bench-3d bench-fit reach step-error verify validation columns docs lint types clean

help:
	@echo "make setup          make the Python environment in $(VENV) (first time about a minute)"
	@echo "make demo           setup, then run cases/examples/rough-nzsp.toml into a new folder of runs/"
	@echo "make test           setup, then the test suite (WORKERS=$(WORKERS) processes)"
	@echo "make test-quick     setup, then the tests that take a minute: all but those marked slow"
	@echo "make test-paraview  setup, then render the ParaView script (needs pvpython, xvfb-run)"
	@echo "make test-cluster   setup, then a sweep on a one-node Slurm (root, Debian packages)"
	@echo "make verify         setup, then compare with closed forms and reference values"
	@echo "make validation     setup, then the shipped experiments: model beside measurement (10 minutes)"
	@echo "make bench          setup, then time the sinusoid, next to CalculiX when ccx is installed"
	@echo "make bench-3d       setup, then time and memory of 3-D per stage (minutes; SIZES=\"8 16\")"
	@echo "make bench-fit      setup, then time a fit from nothing and on a run that is there (2 minutes)"
	@echo "make reach          setup, then press 27 surfaces to 360 MPa (an hour of one core)"
	@echo "make step-error     setup, then the error of load steps against fine ones, and what runs estimate"
	@echo "make columns        setup, then docs/columns.md from the table of columns"
	@echo "make docs           setup, then these pages as a site: build/docs/index.html"
	@echo "make lint           setup, then ruff"
	@echo "make types          setup, then mypy --strict on what users and their editors see"
	@echo "make clean          remove the environment and caches; runs/ is kept"

setup:
	@python=$$(sh tools/find_python.sh "$(BIN)/python") \
	  && "$$python" tools/set_up.py --venv "$(VENV)"

demo: setup
	@"$(BIN)/napress" run cases/examples/rough-nzsp.toml --out $(RUN)
	@echo "report: $(RUN)/report.html"
	@echo "again:  $(BIN)/napress report $(RUN)   ParaView: $(BIN)/napress paraview $(RUN)"

test: setup
	@"$(BIN)/python" -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-quick: setup
	@"$(BIN)/python" -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow" $(PYTEST_ARGS)

test-paraview: setup
	@"$(BIN)/python" -m pytest --override-ini=addopts= --import-mode=importlib -ra tests/paraview

# Exit code 75 of the script means that a Slurm cannot run here; make passes it on as 2.
# A machine has one such Slurm: tests of another copy of the sources wait for it.
test-cluster: setup
	@tools/slurm_one_node.sh install
	@exec 9>/tmp/napress-slurm-$$(id -u).lock; flock 9; \
	  trap 'tools/slurm_one_node.sh stop' EXIT; tools/slurm_one_node.sh start 9>&- \
	  && "$(BIN)/python" -m pytest --override-ini=addopts= --import-mode=importlib -ra tests/cluster 9>&-

verify: setup
	@"$(BIN)/napress" verify

validation: setup
	@"$(BIN)/napress" validation

bench: setup
	@"$(BIN)/python" benchmarks/press_sinusoid.py

bench-3d: setup
	@"$(BIN)/python" benchmarks/press_map.py --sizes $(SIZES)

bench-fit: setup
	@"$(BIN)/python" benchmarks/fit.py

reach: setup
	@"$(BIN)/python" benchmarks/reach.py --jobs $(WORKERS)

step-error: setup
	@"$(BIN)/python" benchmarks/step_error.py --jobs $(WORKERS)

columns: setup
	@"$(BIN)/python" -c "from napress.postprocess.records.columns import write_page; write_page('docs/columns.md')"

# Every warning counts: a dead link, a page that no other names.
docs: setup
	@"$(BIN)/python" tools/set_up.py --venv "$(VENV)" --docs
	@"$(BIN)/python" -m sphinx -W --keep-going -q -b html $(SPHINX_ARGS) docs build/docs
	@echo "documentation: build/docs/index.html"

lint: setup
	@"$(BIN)/ruff" check .

types: setup
	@"$(BIN)/python" tools/check_types.py

clean:
	rm -rf "$(VENV)" build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
