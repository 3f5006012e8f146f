# Framepick. `make help` lists what there is to do.
PYTHON ?= python3

VENV := .venv
STAMP := $(VENV)/.installed
RUN := $(VENV)/bin/python
DEMO := .demo
DATA := $(DEMO)/data
ALBUM := $(DEMO)/album
FRAMEPICK := $(RUN) main.py --data-dir $(DATA)

.PHONY: help demo test weights album lint screenshot panels clean system system-tests
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

demo: weights album ## set up, cull the demo album, open the window on it
	@$(FRAMEPICK) cull $(ALBUM) --json $(DEMO)/result.json || test $$? -eq 3
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" = Darwin ]; then \
		$(FRAMEPICK) $(ALBUM); \
	else \
		echo "No display here. Where there is one: $(FRAMEPICK) $(ALBUM)"; \
	fi

test: system-tests weights lint ## set up, lint, check types and borders, run all tests without a screen
	@QT_QPA_PLATFORM=offscreen .ci/headless $(RUN) .ci/tests.py

weights: $(STAMP) ## bring the embedded default weights, checked by SHA-256
	@$(FRAMEPICK) models install

album: $(STAMP) ## make the demo album
	@$(RUN) -m engine.demo --to $(ALBUM)

lint: $(STAMP) ## ruff, pyright, import contracts
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/pyright
	$(VENV)/bin/lint-imports

screenshot: weights ## make the pictures of the README, of photographs that may be published
	@$(RUN) -m engine.demo --shareable-only --to $(DEMO)/shareable
	@.ci/headless $(VENV)/bin/python -m gui.screenshots --to resources/screenshots

panels: $(STAMP) ## make pictures of the Models panel in every state, into .demo/panels
	@.ci/headless $(VENV)/bin/python -m gui.panel_pictures --to $(DEMO)/panels

clean: ## remove the demo album, its data, and caches; the virtual environment stays
	rm -rf $(DEMO) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find engine gui tests -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@PYTHON=$(PYTHON) .ci/system_check.sh

system-tests:
	@PYTHON=$(PYTHON) .ci/system_check.sh --tests

$(STAMP): pyproject.toml | system
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(RUN) .ci/install.py
	@touch $@
