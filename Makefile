# Everything that is done to Umbra. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED := 0

CACHE := $(CURDIR)/.cache
BIN := $(CACHE)/bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X umbra/cmd.version=$(VERSION)
GOLANGCI := $(BIN)/golangci-lint-2.15.0
GORELEASER := $(BIN)/goreleaser-2.15.1
GOVULN := $(BIN)/govulncheck-1.9.0
SCHEMATHESIS := $(CACHE)/venv/bin/schemathesis
CLIENTS := $(CACHE)/clients-venv/installed
WITH_POSTGRES := app/db/dbtest/with-postgres.sh

.PHONY: help
help: ## list these tasks
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the umbra executable here
	go build -trimpath -ldflags "$(LDFLAGS)" -o umbra .

.PHONY: build-postgres
build-postgres: postgres ## build the executable that carries PostgreSQL, as umbra-postgres
	go build -tags postgres -trimpath -ldflags "$(LDFLAGS)" -o umbra-postgres .

.PHONY: postgres
postgres: ## fetch the PostgreSQL that it carries, once, into .cache (PLATFORMS=all for every platform)
	@go run app/pgembed/gen_archive.go $(PLATFORMS)

.PHONY: release
release: $(GORELEASER) ## build every file of a release into dist/ (of a tag; SNAPSHOT=1.2.3 of anything): docs/releasing.md
	RELEASE_SNAPSHOT=$(SNAPSHOT) packaging/release.sh $(GORELEASER) $(if $(SNAPSHOT),--snapshot,--skip=publish,announce)

PLATFORM := $(shell go env GOOS)_$(shell go env GOARCH)
FLAVOURS ?= umbra

.PHONY: deb
deb: $(GORELEASER) ## build a deb of this tree into dist/ (SNAPSHOT=1.2.3 is its version, FLAVOURS=umbra,umbra-postgres for both)
	RELEASE_SNAPSHOT=$(or $(SNAPSHOT),0.0.1-pre) ONLY="$(PLATFORM) $(FLAVOURS) deb" packaging/release.sh $(GORELEASER) --snapshot
	mkdir -p dist && mv .cache/dist/*.deb dist/

.PHONY: dev
dev: frontend/node_modules ## server and interface with live reload, on http://localhost:5173
	@packaging/dev.sh

.PHONY: demo
demo: build ## fill an account (demo / an umbrella for every day) and serve it
	@packaging/demo.sh

.PHONY: check
check: lint ## the fast part, before each commit: lint, vet, unit tests on SQLite
	go test ./...

.PHONY: lint
lint: $(GOLANGCI) ## golangci-lint over the Go code
	$(GOLANGCI) run ./...

.PHONY: vuln
vuln: $(GOVULN) ## known vulnerabilities: that our Go code reaches, and in the interface's packages (asks both databases)
	$(GOVULN) ./...
	cd frontend && npm audit --audit-level=low

.PHONY: test
test: needs postgres lint test-go test-frontend test-e2e test-outside ## everything that guards a landing, on both engines

# Each of them waits for one process most of the time, so that two lanes fit on two
# processors. Packages are built in one of them, one after another. Last, what both need is there.
.PHONY: test-outside
test-outside: build postgres client-gowebdav $(SCHEMATHESIS) $(CLIENTS) $(GORELEASER) ## contract, clients, packages, ARM: what looks at the program from outside, two at once
	@$(MAKE) --no-print-directory -j2 --output-sync=recurse lane-contract lane-packages

.PHONY: lane-contract lane-packages
lane-contract:
	@$(MAKE) --no-print-directory -j1 -o build test-contract test-arm
lane-packages:
	@$(MAKE) --no-print-directory -j1 -o build -o postgres -o client-gowebdav test-clients test-release test-install

.PHONY: test-go
test-go: frontend/node_modules ## the Go tests, on SQLite and PostgreSQL
	$(WITH_POSTGRES) go test -timeout 15m ./...
	cd bench && go test ./...

.PHONY: race
race: ## the Go tests again, on SQLite, with Go's race detector (a quarter of an hour)
	go test -race -timeout 60m ./...

.PHONY: test-docs
test-docs: ## every command in README.md and docs/ against the real program; says which cannot run here, and why
	go test -count=1 -v -run 'TestEveryCommand|TestLinks' ./docs | grep -v '^=== '

.PHONY: test-contract
test-contract: build $(SCHEMATHESIS) ## schemathesis over the OpenAPI document, against the real binary
	SCHEMATHESIS=$(SCHEMATHESIS) docs/contract/run.sh

.PHONY: test-clients
test-clients: build $(CLIENTS) clients/tsdav/node_modules client-gowebdav ## real CalDAV and CardDAV clients against the real binary, on both engines (ONLY=vdirsyncer for one)
	TZ=Europe/Berlin $(WITH_POSTGRES) $(dir $(CLIENTS))bin/pytest clients$(if $(ONLY),/test_$(ONLY).py)

.PHONY: test-install
test-install: $(CLIENTS) $(GORELEASER) ## the deb on a Debian of its own: installed, used, upgraded, restored, removed, as the documentation says (root)
	cd packaging/tests && $(dir $(CLIENTS))bin/pytest

NPM := npm --no-audit --no-fund --silent

.PHONY: test-release
test-release: $(GORELEASER) postgres ## what a release has for this machine, made twice and looked at: sums, signature, packages, manual
	packaging/test-release.sh $(GORELEASER)

ARM ?= armv7

.PHONY: test-arm
test-arm: ## a server's life on another processor, under qemu (ARM=armv6, armv7 or arm64)
	packaging/arm.sh $(ARM)

.PHONY: bench-arm
bench-arm: ## requests a second under qemu beside this machine's: an emulator, not a Pi
	packaging/arm.sh $(ARM) bench

.PHONY: test-frontend
test-frontend: frontend ## types and units of the interface; frontend_dist and licences.json are what its source builds
	cd frontend && $(NPM) run check && $(NPM) test
	@git diff --exit-code --stat -- frontend_dist frontend/licences.json || { echo "frontend_dist, or frontend/licences.json, differs from its source: commit what 'make frontend' built"; exit 1; }
	@test -z "$$(git status --porcelain -- frontend_dist frontend/licences.json)" || { git status --short -- frontend_dist frontend/licences.json; exit 1; }

.PHONY: test-e2e
test-e2e: build oidc-provider frontend/node_modules ## the interface in Chromium, against the real executable (ONLY=calendar for one file)
	cd frontend && CI=1 ../$(WITH_POSTGRES) npx playwright test $(ONLY)

.PHONY: test-late
test-late: build oidc-provider frontend/node_modules ## test-e2e on a bad network: requests and answers come up to LATE (500) milliseconds late, and overtake each other
	cd frontend && CI=1 UMBRA_E2E_LATE=$(or $(LATE),500) ../$(WITH_POSTGRES) npx playwright test $(ONLY)

.PHONY: oidc-provider
oidc-provider: # a real OpenID Connect provider for the tests: a module of its own, which the program does not carry
	cd app/oidc/testdata/provider && go build -o $(CURDIR)/.cache/oidc-provider .

.PHONY: frontend
frontend: ## build the interface into frontend_dist, and the list of what it is made of
	cd frontend && npm ci --ignore-scripts --no-audit --no-fund --silent && $(NPM) run build

.PHONY: screenshots
screenshots: build frontend/node_modules ## every page in both themes and sizes, empty and full, into screenshots/
	cd frontend && npx playwright test --config playwright.look.config.ts

.PHONY: bench-ui
bench-ui: build frontend/node_modules ## sizes, paint times and long tasks of the interface in a throttled Chromium
	cd frontend && npx playwright test --config playwright.bench.config.ts

.PHONY: client-gowebdav
client-gowebdav: # a module of its own, which the program does not carry
	cd clients/gowebdav && go build -o $(CURDIR)/.cache/client-gowebdav .

clients/tsdav/node_modules: clients/tsdav/package-lock.json
	cd clients/tsdav && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules

frontend/node_modules: frontend/package-lock.json
	cd frontend && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules

.PHONY: generate
generate: ## write docs/openapi.yaml, docs/config.md and the schema goldens anew
	UPDATE_GOLDEN=1 go test -count=1 ./app/server ./app/config -run 'Golden|Document|Markdown'
	UPDATE_GOLDEN=1 $(WITH_POSTGRES) go test -count=1 ./app/migrate -run Golden

.PHONY: golden
golden: generate

.PHONY: fixture
fixture: ## keep a database as the newest schema's program leaves it, for the tests of upgrades (after each migration; once)
	UMBRA_FIXTURE=write $(WITH_POSTGRES) go test -count=1 -run TestWriteFixtures -v ./app/server

.PHONY: migration
migration: ## NAME=add_colour: write the pair of files of a new migration
	@packaging/migration.sh "$(NAME)"

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (10s)
	@packaging/fuzz.sh $(or $(FUZZTIME),10s)

.PHONY: soak
soak: postgres $(GORELEASER) build ## the long ones: a busy server for 20 minutes, races, the interface on a bad network, a thousand kills, many log-ins in little memory, long fuzzing
	cd bench && go run ./soak -umbra ../umbra
	$(MAKE) race
	$(MAKE) test-late
	UMBRA_TEST_FLAVOURS=umbra,umbra-postgres $(MAKE) test-install
	UMBRA_TEST_REPLICAS=10000 $(WITH_POSTGRES) go test -count=1 -timeout 2h -run Replicas -v ./app/dav
	UMBRA_TEST_KILLS=1000 $(WITH_POSTGRES) go test -count=1 -timeout 2h -run Kill -skip PostgreSQL -v ./app/server
	UMBRA_TEST_KILLS=100 go test -count=1 -timeout 2h -run 'Kill.*PostgreSQL' -v ./app/server
	UMBRA_TEST_DUE=10000 UMBRA_TEST_DUE_KILLS=10 UMBRA_TEST_YEAR=both $(WITH_POSTGRES) go test -count=1 -timeout 1h -run 'KillLosesNoReminder|SeveralServersDeliver|AYear' -v ./app/server
	UMBRA_TEST_LAG=20 $(WITH_POSTGRES) go test -count=1 -timeout 10m -run LagOfDeliveries -v ./app/server
	UMBRA_TEST_LOGINS=50 go test -count=1 -timeout 30m -run ManyLogIns -v ./app/server
	for arch in arm64 armv7 armv6; do packaging/arm.sh $$arch; done
	COLD=1 packaging/test-release.sh $(GORELEASER)
	@packaging/fuzz.sh 5m

.PHONY: bench
bench: bench-build ## measure every engine beside PocketBase in one run
	DURABLE=1 $(WITH_POSTGRES) bash -c 'cd bench && go run . -umbra-postgres ../bin/umbra-postgres -postgres "$$UMBRA_TEST_POSTGRES"'

.PHONY: bench-report
bench-report: bench-build $(BENCH_PYTHON) ## all of it in one run: PocketBase, the bare framework, Radicale, Xandikos, 1,000 to 1,000,000 records (half an hour)
	packaging/bench-report.sh $(BENCH_PYTHON)

.PHONY: bench-scale
bench-scale: bench-build ## measure whether cost grows with what an account holds
	cd bench && go run . -scale

BENCH_PYTHON := $(CACHE)/bench-venv/bin/python

.PHONY: bench-dav
bench-dav: $(BENCH_PYTHON) ## measure CalDAV beside Radicale and Xandikos in one run
	mkdir -p bin
	go build -trimpath -ldflags "$(LDFLAGS)" -o bin/umbra .
	cd bench && go run ./dav -python $(BENCH_PYTHON)

$(BENCH_PYTHON): bench/dav/requirements.txt
	python3 -m venv $(CACHE)/bench-venv
	$(CACHE)/bench-venv/bin/pip install --quiet -r $<
	touch $@

.PHONY: bench-build
bench-build: postgres
	mkdir -p bin
	go build -trimpath -ldflags "$(LDFLAGS)" -o bin/umbra .
	go build -tags postgres -trimpath -ldflags "$(LDFLAGS)" -o bin/umbra-postgres .
	cd bench/bare && go build -trimpath -ldflags "-s -w" -o ../../bin/bench-bare .
	cd bench/pocketbase && GOTOOLCHAIN=go1.27.0 go build -trimpath -ldflags "-s -w" -o ../../bin/bench-pocketbase .

.PHONY: needs
needs: ## install what the tests need and the machine lacks (Debian packages, as root)
	@packaging/needs.sh

$(GOLANGCI):
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv $(BIN)/golangci-lint $@

# Newer ones need a module that Go's proxy does not serve.
$(GORELEASER):
	GOBIN=$(BIN) go install github.com/goreleaser/goreleaser/v2@v2.15.1
	mv $(BIN)/goreleaser $@

$(GOVULN):
	GOBIN=$(BIN) go install golang.org/x/vuln/cmd/govulncheck@v1.9.0
	mv $(BIN)/govulncheck $@

$(SCHEMATHESIS):
	python3 -m venv $(CACHE)/venv
	$(CACHE)/venv/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5

$(CLIENTS): clients/requirements.txt
	python3 -m venv --clear $(CACHE)/clients-venv
	$(CACHE)/clients-venv/bin/pip install --quiet --disable-pip-version-check -r clients/requirements.txt
	touch $@
