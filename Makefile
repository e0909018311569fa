# SPDX-License-Identifier: Apache-2.0
# Every target is one script; `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help build demo test check bench sanitize image same-bytes clean coverage-of-capabilities graph

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-26s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## install what is missing, build everything (debug)
	@scripts/build

demo: ## the main job on a real cluster on this machine: from a manifest to lines through Kafka
	@scripts/demo

test: ## all tests, on real parts
	@scripts/test

check: ## format, documentation, features, warnings, imports, layers, licences, locks, shell, rules of tests, wording, capabilities
	@scripts/check

bench: ## measure side by side: copying an image beside skopeo, the operator at rest and under load
	@scripts/bench

sanitize: ## the tests of threads and memory under the thread and the address sanitizer
	@scripts/sanitize

image: ## the container image of operator and coordinator, into dist/
	@scripts/image

same-bytes: ## whether the same sources, built from nothing in another folder, give the same image
	@scripts/same-bytes --build

coverage-of-capabilities: ## which test proves which row of docs/capabilities.md
	@scripts/coverage-of-capabilities

graph: ## the targets and what each may import
	@scripts/graph

clean: ## take the test bed down, remove build products; the cache stays
	@scripts/clean
