# dojo: see README.md. Each target works on a fresh clone with Go and a C
# compiler; make help lists them.

.DEFAULT_GOAL := help
.PHONY: help build grade watch list next show hint progress compare reset solutions bench soak doctor prove test lint FORCE

KATA ?=
ARGS ?=
LEVEL ?=
SEED ?= 0
REPEAT ?=
RUNS ?= 20

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  KATA=track/name, a name or a track chooses; REPEAT=20, SEED=7, LEVEL=2, ARGS=-v say more."

build: bin/dojo ## build bin/dojo

bin/dojo: FORCE
	@[ -x bin/dojo ] || echo "building bin/dojo; the first time takes a minute …" >&2
	@go build -o bin/dojo ./grader
FORCE:

# The scorecard is for people: a score below the maximum is no error of make's.
# STRICT=1 hands on the exit status for scripts.
grade: build ## grade your answers (KATA=sync/boundedqueue for one)
	@bin/dojo grade $(KATA) $(if $(REPEAT),--repeat $(REPEAT)) --seed $(SEED) $(ARGS) || { status=$$?; \
	  if [ -z "$(STRICT)" ] && [ $$status -eq 1 ]; then exit 0; fi; exit $$status; }

watch: build ## grade a kata each time you save one of its files
	@bin/dojo watch $(KATA)

list: build ## list the katas in teaching order
	@bin/dojo list $(KATA)

next: build ## which kata to do next
	@bin/dojo next $(KATA)

show: build ## the brief of a kata (KATA=boundedqueue)
	@bin/dojo show $(KATA)

hint: build ## the next hint for a kata (KATA=boundedqueue; LEVEL=1 for the first again)
	@bin/dojo hint $(KATA) $(if $(LEVEL),--level $(LEVEL))

progress: build ## how far you have come
	@bin/dojo progress $(KATA)

compare: build ## the reference next to your answer, once it passes (KATA=boundedqueue)
	@bin/dojo compare $(KATA)

reset: build ## put a stub back, and keep a copy of your answer (KATA=boundedqueue)
	@bin/dojo reset $(KATA)

solutions: build ## grade the reference solutions
	@bin/dojo grade --solutions $(KATA) $(if $(REPEAT),--repeat $(REPEAT)) --seed $(SEED) $(ARGS)

doctor: build ## what this machine has and lacks
	@bin/dojo doctor

prove: build ## for authors: stubs fail, right answers pass, wrong ones are caught
	@bin/dojo prove $(KATA) $(if $(REPEAT),--repeat $(REPEAT)) --seed $(SEED)

bench: build ## for authors: measure against go test, side by side
	@bin/dojo bench

soak: build ## for authors: grade the references under loads of every kind (RUNS=1000)
	@bin/dojo soak --runs $(RUNS) $(KATA)

# What one grading finds in three seconds is tested first, while nothing else runs.
test: build ## prove the project: vet, unit tests, transcripts, and every kata
	@go vet $$(go list ./... | grep -v /wrong/)
	@GOOS=darwin go vet $$(GOOS=darwin go list ./... | grep -v /wrong/)
	@go build ./...
	@go test -timeout 60m ./grader/bench
	@go test -timeout 60m $$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | grep -v /grader/bench)
	@bin/dojo prove

# The tools are not in go.mod: what builds the grader need not carry them. Ginkgo
# is imported with a dot by all who use it.
lint: ## staticcheck and actionlint
	@go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 -tests=false -checks inherit,-ST1001 $$(go list ./... | grep -v /wrong/)
	@go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 .github/workflows/*.yml
