# Everything from a bare clone. `make demo` and `make test` make their own environments, once.
#   PYTHON=python3.12 make test    another interpreter (3.11 or newer)
#   FULL=1 PARITY=1 make test      all that is tried, in every Wireshark, where else a part is (tests/amounts.py)

PYTHON ?= python3
DEMO ?= samples/real/03_udp_3des_md5_gm.pcap
ROUNDS ?= 3
ONLY ?=
PYTEST ?= -n auto --dist worksteal
SECONDS ?= 60
TARGETS ?= records layers packets sip stream security digest text whole

# What the tests ask beside Python, COMMAND:PACKAGE of Debian. Tests of what is missing are skipped with the reason.
TOOLS := tshark:tshark chromium:chromium wireshark:wireshark Xvfb:xvfb xdotool:xdotool import:imagemagick node:nodejs npm:npm \
	mmdebstrap:mmdebstrap luac5.1:lua5.1 luac5.2:lua5.2 luac5.3:lua5.3 luac5.4:lua5.4 luacheck:lua-check

APT := DEBIAN_FRONTEND=noninteractive apt-get
PIP := -m pip --quiet --disable-pip-version-check --no-input
RUN := .venv
TEST := .venv-test
IN := $(TEST)/bin

.PHONY: demo test lint bench fuzz samples plugin docs pictures clean tools wiresharks tshark sngrep

demo: $(RUN)/installed
	@$(RUN)/bin/secagree $(DEMO) || test $$? -eq 1

test: $(TEST)/installed tools wiresharks
	$(IN)/python -m pytest $(PYTEST)

lint: $(TEST)/installed
	$(IN)/ruff format --check
	$(IN)/ruff check
	$(IN)/mypy
	$(IN)/lint-imports

bench: $(TEST)/installed tshark sngrep
	$(IN)/python -m tests.benchmarks.run --rounds $(ROUNDS) $(if $(ONLY),--only $(ONLY))
	$(IN)/python -m tests.benchmarks.decryption
	$(IN)/python -m tests.benchmarks.plugin

# Each target for so many seconds: make fuzz SECONDS=600 TARGETS=sip
fuzz: $(TEST)/installed
	$(IN)/python $(PIP) install --editable '.[fuzz]'
	for target in $(TARGETS); do $(IN)/python -m tests.fuzz.run $$target --seconds $(SECONDS) || exit 1; done

samples: $(TEST)/installed
	$(IN)/python -m samples.build

# The Lua plugin: its rooms from the Python that they are in, and all of it as one file.
plugin: $(TEST)/installed
	$(IN)/python -m plugins.translate
	$(IN)/secagree plugin -o plugins/secagree.lua

docs: $(RUN)/installed
	$(RUN)/bin/python -m docs.make_states
	$(RUN)/bin/python -m docs.make_picture

# The pictures of the HTML report, taken in the Chromium of the system.
pictures: $(TEST)/installed tools
	$(IN)/python -m docs.make_report_pictures

clean:
	rm -rf $(RUN) $(TEST) .bench .fuzz build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find analyzer plugins samples tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN)/installed: pyproject.toml
	$(call environment,$(RUN))
	$(RUN)/bin/python $(PIP) install --editable .
	@touch $@

$(TEST)/installed: pyproject.toml
	$(call environment,$(TEST))
	$(IN)/python $(PIP) install --editable '.[test]'
	@touch $@

# $(call environment,DIR): Debian keeps what `venv` needs in a package of its own.
define environment
@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(call provide,python3-venv); }
$(PYTHON) -m venv $(1)
endef

# $(call provide,PACKAGE): install it where that is ours to do, else say how.
provide = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then $(APT) update -qq </dev/null && $(APT) install -qq -y --no-install-recommends $(1) </dev/null >/dev/null; \
	else echo "$(1) is missing: install it first (Debian, Ubuntu: sudo apt-get install $(1))" >&2; exit 1; fi

# What of TOOLS is missing, installed where that is ours to do, else named.
tools:
	@missing=$$(echo $$(for tool in $(TOOLS); do command -v $${tool%%:*} >/dev/null || echo $${tool#*:}; done)); \
	test -z "$$missing" || ( $(call provide,$$missing) ) || echo "tests that need them are skipped" >&2

# Further versions of Wireshark, in a folder beside the environment; what cannot be had says why.
wiresharks: $(TEST)/installed tools
	@$(IN)/python -m tests.parity.fetch

tshark sngrep:
	@command -v $@ >/dev/null || { $(call provide,$@); }
