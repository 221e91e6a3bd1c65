# The one door: `make help` lists what is here. It needs Python >= 3.11 (with venv), git and make, nothing else.

VENV ?= .venv
RUN = $(VENV)/bin/python

# Without files of bytecode each process compiles our modules again: tests start thousands of processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-lowest test-newest e2e e2e-endings check generate bench bench-registry bench-smoke soak fuzz clean .dev .demo .tools .cluster

# The first of PYTHONS that is new enough and can make virtual environments (on Debian: the package python3-venv).
PYTHON ?=
PYTHONS = $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
SUITABLE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
define suitable
@for python in $(PYTHONS); do \
  if $$python -c $(SUITABLE) 2>/dev/null; then exec $$python -m $(1); fi; \
done; \
echo "No Python 3.11 or newer that can make virtual environments among: $(PYTHONS). Name one with PYTHON=..." >&2; \
exit 2
endef

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1:/p' $(MAKEFILE_LIST) | awk -F: '{ printf "make %-14s %s\n", $$1, $$2 }'

demo: .demo ## render a deployment, show what the real kustomize and Helm say of it, and prove a registry
	@$(RUN) tools/demo.py

# Many tests wait, for servers to start and to end: so there are more at a time than two cores would take.
test: .dev .tools ## run all tests, with the real tools (ARGS="-k name" to choose)
	@$(RUN) -m pytest -n 4 $(ARGS)

test-fast: .dev ## run the tests that need no built tools, in seconds (ARGS="-k name" to choose)
	@$(RUN) -m pytest -n 2 -m "not tools" $(ARGS)

test-lowest: ## run the fast tests on the lowest versions of our dependencies
	$(call suitable,tools.versions lowest $(ARGS))

test-newest: ## run the fast tests on the newest versions of our dependencies
	$(call suitable,tools.versions newest $(ARGS))

e2e: .dev .cluster ## run the scenarios on a real Kubernetes with Flux, started for them; as root (ARGS="-k name" to choose)
	@$(RUN) -m tests.e2e $(ARGS)

e2e-endings: .dev .cluster ## end such a Kubernetes in every way, and look for what is left of it
	@$(RUN) -m pytest tests/e2e/bed/test_endings.py $(ARGS)

check: .dev ## lint, types, import directions, generated files
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy registry_gitops tools tests benchmarks
	$(RUN) -m mypy --strict --config-file= tests/typing/user_program.py
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(RUN) -m pyright --pythonpath $(RUN)
	$(RUN) -m pytest -q tests/architecture
	$(RUN) tools/generate.py --check
	$(RUN) -m tools.kubernetes_schemas --check
	$(RUN) -m tools.addon_schemas --check
	$(RUN) -m tools.validation_schemas --check

generate: .dev ## write the files that are made from the models and from upstream's schemas
	$(RUN) tools/generate.py
	$(RUN) -m tools.kubernetes_schemas
	$(RUN) -m tools.addon_schemas
	$(RUN) -m tools.validation_schemas

bench: .dev .tools ## measure the commands
	@$(RUN) benchmarks/run.py
	@$(RUN) -m benchmarks.validate
	@$(RUN) -m benchmarks.fleet

bench-registry: .dev .tools ## measure the registry beside its peers (ARGS="--quick" for a look)
	@$(RUN) -m benchmarks.registry $(ARGS)

bench-smoke: .dev .tools ## measure smoke where a password is checked with each request, on half a CPU; as root
	@$(RUN) -m benchmarks.smoke

soak: .dev .tools ## kill the registry hundreds of times while images are pushed
	@$(RUN) -m pytest tests/registry/crash --crash-cycles=200 $(ARGS)

fuzz: .dev ## feed the registry a million requests that nobody should send
	@$(RUN) -m tests.registry.fuzz --inputs 1000000 $(ARGS)

clean: ## remove the environment, the built tools and all caches
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.dev:
	$(call suitable,tools.environment --venv $(VENV) requirements/dev.txt)

.demo:
	$(call suitable,tools.environment --venv $(VENV) requirements/demo.txt)

# After .dev, under `make -j` too.
.tools: .dev
	@$(RUN) -m tools.build

.cluster: .dev
	@$(RUN) -m tools.build e2e
