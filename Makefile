# What people and other tools call; each target is one line of what to do, the doing is in scripts/ and the projects.
export DOTNET_CLI_TELEMETRY_OPTOUT = 1
export DOTNET_NOLOGO = 1

.PHONY: build deb test demo bench fuzz soak deps clean
.DEFAULT_GOAL := build

build:
	@echo "==> native probe (bpf/)"
	@$(MAKE) --no-print-directory --silent -C bpf
	@echo "==> out/bin/sideeye"
	@dotnet publish backend/SideEye.Cli -c Release -o out/bin -v quiet --nologo
	@echo "==> out/bin/sideeye-agent"
	@scripts/build-agent
	@echo "==> out/plugin/sideeye-sideeye-datasource"
	@scripts/build-plugin

deb:
	@scripts/build-deb

test: deps
	@scripts/test $(SUITES)

demo:
	@scripts/demo

bench: build
	@scripts/build-targets swarm
	@dotnet run -c Release --project tests/SideEye.Benchmarks -- $(ARGS)

fuzz: deps
	@dotnet run -c Release --project tests/SideEye.Fuzz -- $(ARGS)

soak: build
	@scripts/build-etcd
	@dotnet run -c Release --project tests/SideEye.Soak -- $(ARGS)

deps:
	@scripts/install-deps

# Keeps .cache: toolchains and sources take minutes to fetch again.
clean:
	@rm -rf out
	@find backend tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
