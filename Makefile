PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python

help: ## Show what there is to do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: ## Install everything; takes seconds when nothing changed
	@$(PYTHON) scripts/setup.py

demo: setup ## Run the demo at 127.0.0.1:$(PORT) until Ctrl-C; PORT=8123 make demo
	@$(PY) -m chibo.demo
demo: export CHIBO_DEMO = 1
demo: export PORT := $(PORT)

test: setup ## Run every test; ARGS="-k sheet" narrows it
	@$(PY) scripts/run_tests.py $(ARGS)

check: setup ## Judge the code without running it: style, types, walls, templates, settings
	@$(PY) scripts/check.py

fix: setup ## Put code and templates into their style
	@$(PY) -m ruff check --fix -q; $(PY) -m ruff format -q; git ls-files 'templates/*.html' | xargs $(PY) -m djade --target-version 5.2

bench: setup ## Measure speed; prints JSON lines
	@$(PY) -m bench

lock: setup ## Pin the packages of pyproject.toml anew
	@$(PY) scripts/lock.py

.PHONY: help setup demo test check fix bench lock
