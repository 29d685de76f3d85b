# keepalived in Go. "make help" lists what there is.

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR    ?=
SBINDIR    ?= $(PREFIX)/sbin
BINDIR     ?= $(PREFIX)/bin
UNITDIR    ?= $(PREFIX)/lib/systemd/system
DATADIR    ?= $(PREFIX)/share

GO       ?= go
METHOD   ?= nat
# How long each fuzz target runs in "make test": a number of inputs, because a
# time that is over while an input is being tried counts as a failure.
FUZZTIME ?= 20000x
# Scenarios mostly wait, so many run side by side on few processors.
PARALLEL ?= 8

BUILD    := build
PACKAGES  = $(shell $(GO) list ./... | grep -v '^keepalived/compat-tests$$')

# A failure inside a pipe is a failure.
SHELL       := /bin/bash
.SHELLFLAGS := -o pipefail -ec

# Static and without the paths of the machine that built it.
export CGO_ENABLED ?= 0
LDFLAGS := -s -w -X keepalived/core/commandline.DefaultFile=$(SYSCONFDIR)/keepalived/keepalived.conf

.PHONY: help build documents install demo test bench lint clean prerequisites unit scenarios scenarios-nftables corpus fuzz fuzz-config fuzz-language dist

help:
	@echo 'make build              build/keepalived, static'
	@echo 'make install            to $$DESTDIR$$PREFIX (PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR))'
	@echo 'make demo METHOD=nat    two directors, three web servers, a client, live (nat, dr, tun)'
	@echo 'make test               lint, unit, scenarios, corpus, fuzz: everything that CI runs'
	@echo 'make bench              our daemon and the C daemon side by side'
	@echo 'make dist               deb and rpm in $(BUILD)/dist'
	@echo 'make scenarios-nftables nftables_ipvs in a guest under QEMU (100 MB of packages)'
	@echo 'make fuzz-config        verdicts on random configurations, ours and C'
	@echo 'make fuzz-language      the same for keywords with all kinds of arguments'
	@echo 'make lint clean         and the parts of test: prerequisites unit scenarios corpus fuzz'

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BUILD)/keepalived ./cmd/keepalived

# Manual pages, completion and schema come from the same tables as the program.
documents:
	{ $(GO) list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/keepalived | sort -u; \
		echo "The standard library of Go $$($(GO) env GOVERSION GOROOT | paste -sd ' ')"; } | \
		$(GO) run -ldflags '$(LDFLAGS)' ./packaging/generate $(BUILD)/documents

install: build documents
	install -D -m 755 $(BUILD)/keepalived $(DESTDIR)$(SBINDIR)/keepalived
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(UNITDIR)
	ln -sfr $(DESTDIR)$(SBINDIR)/keepalived $(DESTDIR)$(BINDIR)/genhash
	install -D -m 644 packaging/keepalived.conf.sample $(DESTDIR)$(SYSCONFDIR)/keepalived/keepalived.conf.sample
	test -e $(DESTDIR)$(SYSCONFDIR)/default/keepalived || \
		install -D -m 644 packaging/keepalived.default $(DESTDIR)$(SYSCONFDIR)/default/keepalived
	install -D -m 644 packaging/org.keepalived.Vrrp1.conf $(DESTDIR)$(SYSCONFDIR)/dbus-1/system.d/org.keepalived.Vrrp1.conf
	sed -e 's|@SBINDIR@|$(SBINDIR)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' packaging/keepalived.service > $(DESTDIR)$(UNITDIR)/keepalived.service
	chmod 644 $(DESTDIR)$(UNITDIR)/keepalived.service
	install -d $(DESTDIR)$(DATADIR)/dbus-1/interfaces $(DESTDIR)$(DATADIR)/snmp/mibs
	install -m 644 packaging/mibs/*.txt $(DESTDIR)$(DATADIR)/snmp/mibs
	cd $(BUILD)/documents && \
		install -D -m 644 genhash.1 $(DESTDIR)$(DATADIR)/man/man1/genhash.1 && \
		install -D -m 644 keepalived.conf.5 $(DESTDIR)$(DATADIR)/man/man5/keepalived.conf.5 && \
		install -D -m 644 keepalived.8 $(DESTDIR)$(DATADIR)/man/man8/keepalived.8 && \
		install -D -m 644 keepalived.bash $(DESTDIR)$(DATADIR)/bash-completion/completions/keepalived && \
		install -D -m 644 _keepalived $(DESTDIR)$(DATADIR)/zsh/vendor-completions/_keepalived && \
		install -D -m 644 keepalived.fish $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/keepalived.fish && \
		install -D -m 644 keepalived.conf.schema.json $(DESTDIR)$(DATADIR)/keepalived/keepalived.conf.schema.json && \
		install -m 644 org.keepalived.Vrrp1.*.xml $(DESTDIR)$(DATADIR)/dbus-1/interfaces

# What tests and demo need besides Go, make and git.
prerequisites:
	@packaging/install-test-packages

demo: prerequisites build
	@$(GO) run ./compat-tests/demo -method $(METHOD) -daemon $(BUILD)/keepalived

test: prerequisites lint build unit scenarios corpus fuzz

lint:
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# Everything but the scenarios, with the race detector (which needs a C compiler).
unit:
	CGO_ENABLED=1 $(GO) test -race -timeout 15m $(PACKAGES)

# -count=1: their results depend on the daemons, the kernel and the packages.
scenarios: build
	KEEPALIVED_OURS=$(CURDIR)/$(BUILD)/keepalived $(GO) test -count=1 -timeout 25m -parallel $(PARALLEL) ./compat-tests

# Those that need IPVS and nftables in one kernel: Debian's own under QEMU. Too much to
# download for each run of test; half a minute to run.
scenarios-nftables: prerequisites build
	{ command -v qemu-system-x86_64 && command -v busybox; } >/dev/null || apt-get install -y --no-install-recommends qemu-system-x86 busybox-static
	test -d $(BUILD)/kernel/boot || { mkdir -p $(BUILD)/kernel && cd $(BUILD)/kernel && \
		apt-get download $$(apt-cache depends linux-image-amd64 | awk '/Depends:/ { print $$2 }') && \
		dpkg-deb -x linux-image-*.deb . && rm linux-image-*.deb; }
	KEEPALIVED_KERNEL=$(abspath $(BUILD))/kernel KEEPALIVED_OURS=$(CURDIR)/$(BUILD)/keepalived \
		$(GO) test -count=1 -tags qemu -timeout 20m -run 'TestQEMU|TestNFTablesScenarios' ./compat-tests/uml ./compat-tests

# Prints the shares of equal verdicts, if the corpus is there (KEEPALIVED_CORPUS
# or ../shared/corpus).
corpus: build
	compat-tests/corpus $(BUILD)/keepalived

fuzz:
	@for file in $$(git grep -l '^func Fuzz' -- '*_test.go'); do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(f .*/\1/p' $$file); do \
			echo "$$name ($$(dirname $$file), $(FUZZTIME))"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) | grep -v '^fuzz: elapsed' ; \
		done; \
	done

# Random changes to configurations, our verdict against the C daemon's.
fuzz-config: build
	$(GO) run ./compat-tests/fuzzconfig -daemon $(BUILD)/keepalived

# Every keyword with every kind of argument; COUNT=200000 is all of them. The C
# daemon hangs on some, with a track_file that a sync group does not find.
COUNT ?= 10000
fuzz-language: build
	$(GO) run ./compat-tests/fuzzconfig -daemon $(BUILD)/keepalived -language -limit 5s -count $(COUNT)

bench: prerequisites build
	$(GO) run ./compat-tests/bench -daemon $(BUILD)/keepalived

# Packages take the place of the C daemon's, for which they must be newer
# (packaging/nfpm.yaml). nfpm is run by its version, not pinned in go.mod: nothing
# else needs its modules.
NFPM       = $(GO) run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
RELEASE    ?= 1+go1
MAINTAINER ?= keepalived in Go <keepalived-go@packages.invalid>
dist:
	rm -rf $(BUILD)/stage $(BUILD)/dist
	mkdir -p $(BUILD)/dist
	$(MAKE) install DESTDIR=$(abspath $(BUILD))/stage PREFIX=/usr SYSCONFDIR=/etc
	mv $(BUILD)/stage/usr/share/man $(BUILD)/stage/usr/share/zsh $(BUILD)/stage/
	gzip -n9 $(BUILD)/stage/man/*/*
	sed 's|@BUILD@|$(BUILD)|' packaging/nfpm.yaml > $(BUILD)/nfpm-deb.yaml
	sed '/^epoch:/d' $(BUILD)/nfpm-deb.yaml > $(BUILD)/nfpm-rpm.yaml
	for format in deb rpm; do \
		GOARCH=$$($(GO) env GOARCH) RELEASE='$(RELEASE)' MAINTAINER='$(MAINTAINER)' \
			VERSION=$$(sed -n 's/^const Number = "\(.*\)"/\1/p' core/version/version.go) \
			$(NFPM) package -f $(BUILD)/nfpm-$$format.yaml -p $$format -t $(BUILD)/dist/; \
	done

clean:
	rm -rf $(BUILD)
