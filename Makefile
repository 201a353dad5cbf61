# shnor: PGXS build. `make help` lists what else can be done here.
EXTENSION   = shnor
EXTVERSION  = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(EXTENSION).control)
MODULE_big  = shnor
OBJS        = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

DATA_built  = sql/$(EXTENSION)--$(EXTVERSION).sql
# released versions, frozen, and the way from one to the next
DATA        = $(sort $(wildcard sql/updates/$(EXTENSION)--*.sql))
EXTRA_CLEAN = sql/$(EXTENSION)--*.sql results regression.diffs regression.out .built-for-* po/*.mo po/*.pot

REGRESS      = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=plpgsql $(EXTRA_REGRESS_OPTS)

# Bitcode needs clang and serves only the JIT inlining of our small functions.
# PostgreSQL's own settings, read below, would switch it on: hence the override.
ifeq ($(origin with_llvm),undefined)
override with_llvm = no
endif

PG_CONFIG ?= pg_config

# These need no PostgreSQL yet: they install it, or use the one they choose.
HOUSE = help setup test demo bench restore delta isolation crash stress fuzz coverage test-all fuzz-asan copy-fuzz lint ubsan valgrind memory oracle bench-import sqlsmith cancel cron
ifneq ($(filter-out $(HOUSE),$(or $(MAKECMDGOALS),all)),)
PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error no pg_config: install PostgreSQL's server headers (`make setup`), or name one with PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config)
endif
include $(PGXS)

# install SQL: one file per topic, joined in the order of their numbers
sql/$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard sql/install/*.sql)) $(EXTENSION).control
	rm -f sql/$(EXTENSION)--*.sql
	cat $(filter %.sql,$^) > $@

# The headers of src are few and small: rebuild all objects when one changes,
# or when another major's pg_config is named.
$(OBJS): $(wildcard src/*.h) .built-for-$(MAJORVERSION)
.built-for-$(MAJORVERSION):
	@rm -f .built-for-* && touch $@

# Messages in other languages: po/LANGUAGE.po. PGXS would do this for an nls.mk,
# but stops where msgfmt is missing; here the build goes on in English.
CATALOGUES = $(if $(filter yes,$(enable_nls)),$(patsubst %.po,%.mo,$(sort $(wildcard po/*.po))))
ifneq ($(CATALOGUES),)
# the name that PG_TEXTDOMAIN() gives, where the server looks for it
catalogue = $(DESTDIR)$(localedir)/$(basename $(notdir $1))/LC_MESSAGES/$(EXTENSION)-$(MAJORVERSION).mo

uninstall: uninstall-catalogues
uninstall-catalogues:
	rm -f $(foreach m,$(CATALOGUES),'$(call catalogue,$m)')

ifneq ($(shell command -v '$(or $(MSGFMT),msgfmt)'),)
all: $(CATALOGUES)
po/%.mo: po/%.po
	$(or $(MSGFMT),msgfmt) --check -o $@ $<

install: install-catalogues
install-catalogues: $(CATALOGUES)
	$(foreach m,$(CATALOGUES),$(MKDIR_P) '$(dir $(call catalogue,$m))' && $(INSTALL_DATA) $m '$(call catalogue,$m)' &&) :
else
all: no-catalogues
no-catalogues:
	@echo 'No msgfmt (gettext): building without messages in Russian.'
endif
endif

# formats of formula_error() and of messages put together by hand stand in _()
XGETTEXT_WORDS = --keyword --keyword=_ --keyword=gettext_noop --flag=_:1:pass-c-format --flag=formula_error:5:c-format \
	$(foreach f,errmsg errdetail errhint errcontext,--keyword=$f --flag=$f:1:c-format)

update-po:
	xgettext --add-comments=translator --no-wrap --sort-by-file --add-location=file --package-name=$(EXTENSION) \
		$(XGETTEXT_WORDS) -o po/$(EXTENSION).pot $(sort $(wildcard src/*.c))
	for po in po/*.po; do \
		msgmerge --quiet --no-wrap --sort-by-file --add-location=file --previous --update --backup=none $$po po/$(EXTENSION).pot && \
		msgfmt --check --statistics -o /dev/null $$po || exit 1; \
	done

.PHONY: install-catalogues uninstall-catalogues no-catalogues update-po
endif

# PG_CONFIG reaches the scripts only when it was given; else they choose, and 15 comes first
script = $(if $(filter command environment,$(firstword $(origin PG_CONFIG))),PG_CONFIG='$(PG_CONFIG)') $(if $(COPT),COPT='$(COPT)')

help:
	@echo 'make                build          (PG_CONFIG=…/pg_config names the PostgreSQL)'
	@echo 'make install        install the extension, as root'
	@echo 'make installcheck   pg_regress on a running server'
	@echo 'make update-po      bring the translations in po/ up to the messages in src/'
	@echo 'make delta          write the script that updates from the version released last'
	@echo 'make setup          install the Debian packages that are missing, saying which'
	@echo 'make test           set up, build, install, run all tests in a throw-away cluster'
	@echo 'make isolation      of these the isolation specs alone: what sessions do to each other'
	@echo 'make test-all       make test on PostgreSQL 15, 17, 18, and 19 where it can be had (VERSIONS="17 18"), in chroots, 13 minutes'
	@echo 'make crash          kill -9 of a server at work, and what is left (KILLS=100 SEED=…): 15 minutes'
	@echo 'make stress         importers, closers, publishers and readers at once (MINUTES=3 SEED=…)'
	@echo 'make fuzz           libFuzzer inside a backend (INPUTS=1000000 SECONDS_EACH=0 TARGETS="formula …"), by clang'
	@echo 'make coverage       which lines of src/ the tests reach, by gcov (FILES="test/sql/…"): 5 minutes'
	@echo 'make fuzz-asan      the same without a server, under the address sanitizer (INPUTS=10000000 TARGETS="prefix …"): 2 hours'
	@echo 'make copy-fuzz      binary COPY of mutated values (VALUES=1000000 SEED=… TYPES="share methodology tally"): 5 minutes'
	@echo 'make lint           warnings of gcc and clang, clang-tidy and cppcheck (PARTS="gcc clang tidy cppcheck"): a minute'
	@echo 'make ubsan          make test on a library that traps where the behaviour of C is undefined: 4 minutes'
	@echo 'make oracle         formulas, methodologies and regions against a second computation (PAIRS=1000000 METHODOLOGIES=200 REGIONS=1000 SEED=…): 5 minutes'
	@echo 'make valgrind       the tests of the C code under memcheck (TESTS="share test/pgtap/tally.sql …"): 9 minutes'
	@echo 'make memory         what the backend grows by in a million calls of each C function (CALLS=1000000): 12 minutes'
	@echo 'make sqlsmith       random queries by a role that may only read (QUERIES=20000 CALLS=20000 SEED=…): 17 minutes'
	@echo 'make cancel         how long a statement goes on after its timeout (MEGABYTES=100 LIMIT=1000): 5 minutes'
	@echo 'make cron           schedule() with a real pg_cron: 3 minutes'
	@echo 'make demo           the sample region, from form exports to scores (KEEP=1: leave the server running)'
	@echo 'make bench          ratios of running times (ROWS=1000000 GROUPS=25000 RUNS=5 NULLS=0);'
	@echo '                    BENCH="refresh tracking rollup reports growth workers matrix", or all: test/bench/run says how long'
	@echo 'make bench-import   speed of an import as a ratio to COPY (ROWS=40000 RUNS=5 BAD=10 CORRECTED=10 PLANS=0): a minute'
	@echo 'make restore        dump, restore and pg_upgrade from 15 to 17 and 18, in chroots (VERSIONS="17 18"), 7 minutes'

delta:
	sql/updates/make-delta

setup:
	@$(script) test/setup

fuzz:
	@$(script) $(foreach v,INPUTS SECONDS_EACH CORPUS,$(if $($v),$v='$($v)')) test/fuzz/run $(TARGETS)

coverage:
	@$(script) $(if $(KEEP),KEEP='$(KEEP)') test/coverage $(FILES)

fuzz-asan:
	@$(script) $(foreach v,INPUTS CORPUS,$(if $($v),$v='$($v)')) test/fuzz/standalone $(TARGETS)

copy-fuzz:
	@$(script) $(foreach v,VALUES SEED TYPES FINDINGS,$(if $($v),$v='$($v)')) test/fuzz/copy

lint:
	@$(script) test/lint $(PARTS)

ubsan:
	@$(script) test/ubsan

valgrind:
	@$(script) $(if $(KEEP),KEEP='$(KEEP)') test/valgrind $(TESTS)

memory:
	@$(script) $(foreach v,CALLS CASES,$(if $($v),$v='$($v)')) test/memory

test:
	@$(script) test/run

test-all:
	@test/all $(VERSIONS)

isolation:
	@$(script) test/run --isolation

crash:
	@$(script) $(foreach v,KILLS SEED,$(if $($v),$v='$($v)')) test/crash

stress:
	@$(script) $(foreach v,MINUTES SEED,$(if $($v),$v='$($v)')) test/stress

oracle:
	@$(script) $(foreach v,PAIRS METHODOLOGIES REGIONS SEED JOBS,$(if $($v),$v='$($v)')) test/oracle

sqlsmith:
	@$(script) $(foreach v,QUERIES CALLS SEED,$(if $($v),$v='$($v)')) test/sqlsmith

cancel:
	@$(script) $(foreach v,MEGABYTES TIMEOUTS LIMIT,$(if $($v),$v='$($v)')) test/cancel

cron:
	@$(script) test/cron

demo:
	@$(script) test/cluster $(if $(KEEP),-k) -d shnor_demo test/demo

bench:
	@$(script) $(if $(GROUPS),MUNICIPALITIES='$(GROUPS)') $(foreach v,ROWS RUNS NULLS CATALOGUE_RUNS JIT,$(if $($v),$v='$($v)')) test/bench/run $(BENCH)

bench-import:
	@$(script) $(foreach v,ROWS RUNS BAD CORRECTED PLANS,$(if $($v),$v='$($v)')) test/bench/import

restore:
	@test/restore $(VERSIONS)

.PHONY: $(HOUSE)
