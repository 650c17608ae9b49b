# SPDX-License-Identifier: GPL-2.0
# Verbs only: what is built from what stands in Kbuild and tools/Makefile.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
ifndef TCPFSM_VERSION
TCPFSM_VERSION := $(shell scripts/version)
endif
PREFIX ?= /usr
export TCPFSM_VERSION

.PHONY: all module tools demo test test-all test-debug bench bench-check check install clean help

all: module tools

module:
	@test -e $(KDIR)/Makefile || { \
	  echo "make: no kernel headers in $(KDIR); install linux-headers-$(KERNELRELEASE), or give KDIR=" >&2; \
	  exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools

check:
	scripts/check-includes Kbuild module/*.[ch] module/uapi/*.h tools/*.[ch]
	$(MAKE) -C tools check
	$(MAKE) -C module/selftest check

demo:
	scripts/lab/demo

test:
	scripts/test/all

test-all:
	scripts/test/all all

test-debug:
	scripts/test/debug

bench:
	scripts/bench/run $(or $(BENCH),table)

bench-check:
	scripts/bench/run check

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C tools install PREFIX=$(PREFIX)
	test -n "$(DESTDIR)" || depmod $(KERNELRELEASE)

clean:
	@! test -e $(KDIR)/Makefile || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C tools clean
	$(MAKE) -C module/selftest clean

help:
	@echo 'make            build tcpfsm.ko and tools/reader for the running kernel'
	@echo '                KERNELRELEASE= or KDIR= for another; W=1 C=1 as in kbuild'
	@echo 'make module     tcpfsm.ko only'
	@echo 'make tools      tools/reader only'
	@echo 'make demo       see it at work: a real kernel in QEMU, nginx and curl'
	@echo 'make test       host tests, then all scenarios on real kernels in QEMU'
	@echo 'make test-all   the same, on every kernel of Debian in scripts/lab/kernels.txt'
	@echo 'make test-debug the scenarios on kernels with KASAN, lockdep, kmemleak, KCSAN'
	@echo 'make bench      what it costs, beside what others cost (BENCH=shapes, scale, smp,'
	@echo '                profile, all; KERNEL=newest)'
	@echo 'make bench-check  does a connection cost more than scripts/bench/baseline.txt says?'
	@echo 'make check      host tests only'
	@echo 'make install    module, reader, man page and completion (DESTDIR= PREFIX=)'
	@echo 'make clean      remove what was built here; the lab cache stays'
	@echo '                (TCPFSM_CACHE, else ~/.cache/tcpfsm)'
