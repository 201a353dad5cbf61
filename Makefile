# shnor: PGXS build. `make help` lists what else can be done here.
EXTENSION   = shnor
EXTVERSION  = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(EXTENSION).control)
MODULE_big  = shnor
OBJS        = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))

DATA_built  = sql/$(EXTENSION)--$(EXTVERSION).sql
DATA        = $(wildcard sql/updates/$(EXTENSION)--*--*.sql)
EXTRA_CLEAN = sql/$(EXTENSION)--$(EXTVERSION).sql results regression.diffs regression.out

REGRESS      = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=plpgsql

# bitcode needs clang and only serves JIT inlining of our small functions
with_llvm ?= no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# install SQL: one file per topic, joined in the order of their numbers
sql/$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard sql/install/*.sql)) $(EXTENSION).control
	cat $(filter %.sql,$^) > $@

# the headers of src are few and small: rebuild all objects when one changes
$(OBJS): $(wildcard src/*.h)
