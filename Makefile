# Everything a person or a machine does with this checkout. `make run` needs Python 3.12 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
# Three at a time even on two cores, because many wait for servers and disks. In the order of the files: left to
# itself xdist keeps the longest files, which have few tests, for the end.
PYTEST := $(BIN)/pytest -n $(or $(JOBS),3) --dist loadfile --no-loadscope-reorder

# What this checkout compiles stays in it; without, every start of Python would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check format states soak pictures lock clean base scale dev

run: base
	@exec $(BIN)/outtask up

base:
	@$(PYTHON) tools/bootstrap.py base

# What files in S3 and mail through a provider need beside.
scale:
	@$(PYTHON) tools/bootstrap.py scale

dev:
	@$(PYTHON) tools/bootstrap.py dev

# The whole suite, twice: on the embedded database and on a real server.
test: check
	OUTTASK_TEST_DATABASE=sqlite $(PYTEST)
	OUTTASK_TEST_DATABASE=postgresql $(PYTEST)

# All that needs no running test: style, types, layers, drawings and migrations in step with the code.
check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/in_scratch_home.py $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/states.py --check
	$(BIN)/python tools/in_scratch_home.py $(BIN)/python -m django makemigrations --check --dry-run
	$(PYTEST) tests/architecture

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

states: dev
	$(BIN)/python tools/states.py

# Random walks, fuzzing and kills in their long form, on both databases; takes hours.
LONG := tests/harness/machine tests/harness/api/test_fuzz.py tests/harness/test_kills.py tests/harness/test_jobs.py \
  tests/harness/test_backup.py tests/harness/races
soak: dev
	OUTTASK_TEST_PROFILE=soak $(PYTEST) -m hypothesis src
	OUTTASK_TEST_PROFILE=soak OUTTASK_TEST_DATABASE=sqlite $(PYTEST) $(LONG)
	OUTTASK_TEST_PROFILE=soak OUTTASK_TEST_DATABASE=postgresql $(PYTEST) $(LONG)

# Every page of the story at both widths, in light and dark, under build/screenshots/.
pictures: dev
	OUTTASK_TEST_PICTURES=yes $(PYTEST) tests/journey tests/browser

lock:
	$(PYTHON) tools/bootstrap.py dev
	$(BIN)/uv pip compile -q --universal --python-version 3.12 --no-emit-index-url --no-header \
	  --generate-hashes --no-annotate requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.12 --no-emit-index-url --no-header \
	  --generate-hashes --no-annotate requirements/base.in -c requirements/dev.txt -o requirements/base.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.12 --no-emit-index-url --no-header \
	  --generate-hashes --no-annotate requirements/scale.in -c requirements/dev.txt -o requirements/scale.txt

clean:
	rm -rf .venv .boot build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
