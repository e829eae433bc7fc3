# Each target sets up what it needs from nothing (see .ci/setup) and is quick the second time.
PY := .venv/bin/python

.PHONY: help demo function-demo scan-demo account-demo programs bypass kernels kernels-quick kernels-setup test test-whole \
        test-long fuzz soak tsan undefined lint format bench build build-clang layer sidecar-image cloudformation schemas lock clean

help:
	@echo "make demo           one protected task, end to end: learned, attacked, defended, explained"
	@echo "make function-demo  a vulnerable function, without the layer and with it"
	@echo "make scan-demo      an image scanned, gated, mended and scanned again"
	@echo "make account-demo   an account on this machine: shipped into, scanned, protected, attacked, set back"
	@echo "make programs       twenty programs from Debian: learned a minute, blocked two, attacked; the table (1.5 hours)"
	@echo "make bypass         every trick to get round the supervisor, with and without it; the table"
	@echo "make kernels        the supervisor and the tricks in Debian's kernels, 5.10 to the newest, two architectures (qemu)"
	@echo "make test           the tests            make lint    all gates"
	@echo "make test-whole     whole builds, whole tasks, whole feeds: minutes more, and CI runs them too"
	@echo "make test-long      more pairs, more bytes: what make test leaves out"
	@echo "make fuzz           every parser of the supervisor, ten minutes of a processor (FUZZ_SECONDS=)"
	@echo "make soak           servers under supervisors, sidecar killed, policies swapped: ten minutes (SOAK_SECONDS=)"
	@echo "make tsan undefined           what the supervisor's threads share, under ThreadSanitizer"
	@echo "make bench          the figures of the README"
	@echo "make build          .venv, and what is native, for both architectures"
	@echo "make layer          dist/outrider-layer-*.zip"
	@echo "make sidecar-image  the agent's image as an OCI layout, both architectures"
	@echo "make cloudformation the one-file template, and the golden copies of the CDK app's: review the diff"
	@echo "make schemas        the published JSON Schemas: review the diff"
	@echo "make lock           requirements.lock anew       make clean   remove what was built"

build:
	@.ci/setup

build-clang:
	@.ci/setup clang libclang-rt-14-dev

demo: build
	@$(PY) -m demo

function-demo: build
	@$(PY) -m demo.function

scan-demo: build
	@$(PY) -m demo.scan

account-demo: build
	@$(PY) -m demo.account

programs: build
	@$(PY) -m demo.programs

bypass: build
	@$(PY) -m tests.native.bypass.table

kernels-setup:
	@.ci/setup qemu-system-x86 qemu-system-arm

kernels: kernels-setup
	@$(PY) -m tests.kernels

kernels-quick: kernels-setup
	@$(PY) -m tests.kernels --only 5.10 --only here --quick

# What has its own servers and measures nothing goes three at a time, for it waits in between; supervisors, containers and functions would disturb each other.
ALONE := unit golden contracts architecture attacks budgets programs \
  $(addprefix integration/,scan scan_db scan_inventory scan_targets function_patch ci_recipes)
test: build
	@$(PY) -m pytest -q -n 3 --dist loadfile -m "not long and not whole" $(ALONE:%=tests/%)
	@$(PY) -m pytest -q -m "not long and not whole" $(ALONE:%=--ignore=tests/%)

test-whole: build-clang
	@$(PY) -m pytest -q -m "whole and not long"

test-long: build
	@$(PY) -m pytest -q -m long

fuzz: build-clang
	@$(PY) tests/native/fuzz/fuzz.py

soak: build
	@PYTHONPATH=.:tests/native $(PY) tests/native/soak/soak.py

tsan: build-clang
	@$(PY) -m pytest -q tests/native/test_tsan.py

undefined: build
	@$(PY) native/build.py --undefined --only outrider-run --arch "$$(uname -m)" --out .cache/undefined
	@OUTRIDER_RUN="$$PWD/.cache/undefined/$$(uname -m)/outrider-run" $(PY) -m pytest -q -m "not long and not whole" tests/native

lint: build
	@$(PY) -m ruff format --check --quiet . || { echo "ruff format: run 'make format'"; exit 1; }
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache

format: build
	@$(PY) -m ruff format --quiet .
	@$(PY) -m ruff check --quiet --fix .

bench: build
	@$(PY) -m benchmarks

layer: build
	@.venv/bin/outrider layer build -o dist

sidecar-image: build
	@$(PY) -m sidecar.build_image

cloudformation: build
	@$(PY) -m cdk_app.one_file
	@$(PY) -m tests.golden.cdk_cases

schemas: build
	@$(PY) -m tests.golden.published_schemas

lock: build
	@$(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .cache build dist outrider/_native .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
