# The everyday words. Meson and Ninja do the building; `make help` explains.
BUILD ?= build
DEMO ?= demo
MESON := meson
export LC_ALL := C.UTF-8

.DEFAULT_GOAL := build
.PHONY: run stop test build bench lint format fuzz torture clean help packages packages-test translations pictures

help: ## what each word does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16

packages: ## install what building and running need (Debian 12)
	@packaging/install-packages build

packages-test:
	@packaging/install-packages build test

$(BUILD)/build.ninja: | packages
	@$(MESON) setup $(BUILD) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

build: packages $(BUILD)/build.ninja ## build the program into ./build
	@ninja -C $(BUILD) --quiet

run: build ## make the demo desk in ./demo, with local servers for its bodies, and check them
	@share/demo/run $(BUILD) $(DEMO)

stop: ## end the servers of `make run` before their time
	@share/demo/run stop $(DEMO)

test: packages-test ## run every test; the last line is "N passed, N failed"
	@tests/run

lint: packages-test ## static analysis and formatting
	@tests/lint

format: ## format the sources in place
	@git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'bench/*.[ch]' | xargs clang-format -i

fuzz: packages-test ## fuzz every parser of foreign input, 60 s each (SECONDS=n, TARGETS="cms ranges")
	@tests/fuzz/campaign

torture: packages-test ## long fault campaigns: kill at every write, fail every call
	@tests/fault/campaign

bench: build ## measure against peers and floors; figures for docs/performance.md
	@packaging/install-packages build test bench
	@bench/run

translations: build ## bring po/*.po up to date with the sources
	@po/update

pictures: run packages-test ## take the pictures of the documentation again
	@docs/img/make $(BUILD) $(DEMO)

clean: stop ## remove what building and running made
	@rm -rf build build-* demo
