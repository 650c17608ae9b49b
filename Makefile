# SPDX-License-Identifier: GPL-2.0
# Verbs only: what is built from what stands in Kbuild and tools/Makefile.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
ifndef TCPFSM_VERSION
TCPFSM_VERSION := $(shell scripts/version)
endif
PREFIX ?= /usr
export TCPFSM_VERSION

# KDIR= may name another kernel than KERNELRELEASE. Up to bookworm, Debian's headers have another name
# in include/config/kernel.release.
release = $(or $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(KERNELRELEASE))
# su without "-" leaves out where depmod and modinfo are.
sbin = PATH="$$PATH:/usr/sbin:/sbin"
depmod = test -n '$(DESTDIR)' || $(sbin) depmod $(release)
# Where modules_install may have put the module; it makes the directory.
module-dirs = $(addprefix $(DESTDIR)/lib/modules/$(release)/,updates extra $(INSTALL_MOD_DIR))
bad-path = $(filter-out 1,$(words $(subst :, ,$(CURDIR)x)))
# strip would take a signature off. Without the kernel's key, signing prints errors and does nothing.
signed = $(filter appended~,$(shell tail -c 28 tcpfsm.ko 2>/dev/null))
keep-signature = $(if $(signed),INSTALL_MOD_STRIP=) \
	$(if $(signed)$(if $(wildcard $(KDIR)/certs/signing_key.x509),,1),CONFIG_MODULE_SIG_ALL=)

.PHONY: all module tools demo test test-all test-debug bench bench-check check install uninstall \
	dkms-install dkms-uninstall deb clean help

all: module tools

module:
	@$(if $(bad-path),$(error kbuild cannot build in a path with a blank or a colon: $(CURDIR)))
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

install:
	@for file in tcpfsm.ko tools/reader; do \
	  test -e $$file || { echo "make: no $$file here; run make first" >&2; exit 1; }; done
	@built=$$($(sbin) modinfo -F vermagic ./tcpfsm.ko) && test "$${built%% *}" = '$(release)' || { \
	  echo "make: tcpfsm.ko was built for $${built%% *}, not for $(release); run make first" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) $(keep-signature) modules_install
	$(MAKE) -C tools install PREFIX=$(PREFIX)
	$(depmod)

uninstall:
	rm -f $(addsuffix /tcpfsm.ko*,$(module-dirs))
	$(if $(wildcard $(module-dirs)),rmdir --ignore-fail-on-non-empty $(wildcard $(module-dirs)))
	$(MAKE) -C tools uninstall PREFIX=$(PREFIX)
	$(depmod)

dkms-install dkms-uninstall:
	KERNELRELEASE=$(KERNELRELEASE) DESTDIR=$(DESTDIR) scripts/dist/dkms $(@:dkms-%=%)

deb:
	scripts/dist/deb

clean:
	@$(if $(bad-path),,! test -e $(KDIR)/Makefile || $(MAKE) -C $(KDIR) M=$(CURDIR) clean)
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
	@echo 'make install    what make has built: module, reader, man page, completion, header'
	@echo '                (DESTDIR= PREFIX=); make uninstall removes it'
	@echo 'make dkms-install  give the module to DKMS, which builds it for each new kernel too;'
	@echo '                make dkms-uninstall takes it away'
	@echo 'make deb        Debian packages, here: tcpfsm (reader), tcpfsm-dkms (module)'
	@echo 'make clean      remove what was built here; the lab cache stays'
	@echo '                (TCPFSM_CACHE, else ~/.cache/tcpfsm)'
