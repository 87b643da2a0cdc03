# The only verbs: run test lint bench docs clean. `make run` from a fresh clone needs Node >= 20.19, Python 3 with pip, and a C++17 compiler.
PYTHON ?= python3
CXX ?= g++
export PYTHON
NODE_PREFIX := $(shell node -p "require('node:path').resolve(process.execPath, '../..')" 2>/dev/null)
GYP := npx --no-install node-gyp $(if $(wildcard $(NODE_PREFIX)/include/node/node_api.h),--nodedir=$(NODE_PREFIX))
ADDONS := node-epics-ca node-pvxs
CLIENTS := .venv/.requirements
OTHER_NODES ?= 22 24

.PHONY: always run build test test-node-% test-all lint bench docs clean prerequisites
.DEFAULT_GOAL := run

run: build
	@src/dm-ioc/bin/dm-ioc.js run --config ioc/config.yaml $(ARGS)

build: prerequisites node_modules/.package-lock.json $(ADDONS:%=src/%/build/.built)
	@npx --no-install tsc -b src/dm-ioc

# One suite on one Node. The last line is "N passed, N failed".
test: build $(CLIENTS)
	@npx --no-install tsc -b
	@node build/test/run.js $(SUITES)

# The same on another Node, which comes from the npm package `node`.
test-node-%: build $(CLIENTS) .nodes/%/node_modules/node/bin/node
	@npx --no-install tsc -b
	@PATH="$(CURDIR)/.nodes/$*/node_modules/node/bin:$$PATH" node build/test/run.js $(SUITES)

test-all: test $(OTHER_NODES:%=test-node-%)

lint: build $(CLIENTS)
	@npx --no-install tsc -b
	npx --no-install eslint --max-warnings 0 .
	npx --no-install prettier --check --log-level warn .
	npx --no-install depcruise --config .dependency-cruiser.js src
	npx --no-install knip
	@echo clang-format; .venv/bin/clang-format --dry-run --Werror $(CXX_FILES)
	@echo clang-tidy; echo $(filter %.cc,$(CXX_FILES)) | xargs -n 4 -P 2 sh -c '.venv/bin/clang-tidy --quiet "$$@" -- $(TIDY_FLAGS) 2>/dev/null' --
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	cd ioc/bluesky && $(CURDIR)/.venv/bin/mypy

bench: build $(CLIENTS)
	@npx --no-install tsc -b
	@node build/test/bench/main.js $(ARGS)

docs: build
	@src/dm-ioc/bin/dm-ioc.js pvs --markdown > docs/pv-list.md
	@src/dm-ioc/bin/dm-ioc.js config > docs/configuration.md

clean:
	rm -rf build .tap src/*/dist src/*/build

prerequisites:
	@command -v node >/dev/null || { echo "Node is missing: install Node 20.19 or newer" >&2; exit 1; }
	@node -e "const [a, b] = process.versions.node.split('.').map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)" \
	  || { echo "Node $$(node --version) is too old: install Node 20.19 or newer" >&2; exit 1; }
	@command -v $(CXX) >/dev/null || { echo "The C++ compiler $(CXX) is missing: install g++ or clang++ (Debian: build-essential), or name another with CXX=…" >&2; exit 1; }

node_modules/.package-lock.json: package-lock.json package.json $(wildcard src/*/package.json)
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# The site's own EPICS, where both are set: EPICS_BASE alone, as hosts with EPICS have it, is no wish to be built with it.
SITE := $(and $(EPICS_BASE),$(PVXS),$(EPICS_BASE) $(PVXS))

# Where EPICS came from last time: installed and compiled again when that is elsewhere now.
.epics/.origin: always
	@test "$$(cat $@ 2>/dev/null)" = '$(word 1,$(SITE)) $(word 2,$(SITE))' \
	  || { mkdir -p $(@D) && echo '$(word 1,$(SITE)) $(word 2,$(SITE))' > $@; }

.epics/.installed: .epics/.origin $(wildcard src/epics-libs/*.ts) | node_modules/.package-lock.json
	@npx --no-install tsc -b src/epics-libs
	@node src/epics-libs/dist/install.js
	@mkdir -p $(@D) && touch $@

CXX_FILES := $(foreach addon,$(ADDONS),$(shell find src/$(addon)/native -name '*.cc' -o -name '*.h' 2>/dev/null))
# As epics.gypi compiles, for clang-tidy.
TIDY_FLAGS = -std=c++17 -DNAPI_VERSION=9 -DNODE_ADDON_API_CPP_EXCEPTIONS_ALL -DBUILDING_NODE_EXTENSION \
  -D_GLIBCXX_USE_CXX11_ABI=$(shell node src/epics-libs/dist/gyp.js cxx11-abi) \
  -isystem $(NODE_PREFIX)/include/node -isystem node_modules/node-addon-api $(shell node src/epics-libs/dist/gyp.js include-flags)
define ADDON_RULE
src/$(1)/build/.built: src/$(1)/binding.gyp src/epics-libs/epics.gypi $(shell find src/$(1)/native -name '*.cc' -o -name '*.h' 2>/dev/null) .epics/.installed
	@echo "Compiling $(1)"
	@$$(GYP) configure build -C src/$(1) --loglevel=error -j 2 > src/$(1)/native-build.log 2>&1 || { cat src/$(1)/native-build.log >&2; exit 1; }
	@touch $$@
endef
$(foreach addon,$(ADDONS),$(eval $(call ADDON_RULE,$(addon))))

$(CLIENTS): test/requirements.txt
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.PRECIOUS: .nodes/%/node_modules/node/bin/node
.nodes/%/node_modules/node/bin/node:
	@mkdir -p .nodes/$* && echo '{"private":true}' > .nodes/$*/package.json
	@npm install --prefix .nodes/$* --no-audit --no-fund --loglevel=error node@$*
	@test -x $@
