# server.sh: a server of its own for test/crash and test/stress, with clients at work; sourced, not run.
#
# The server is made by initdb and pg_ctl, as an ordinary user, so that it can be killed. What is durable is: fsync,
# synchronous_commit and full_page_writes are on, as in production.
# Sets work (a folder) and seed; defines what follows.

seed=${SEED:-$RANDOM}
RANDOM=$seed
load=$root/test/load
SETUP_ONLY=1 "$root/test/cluster"
bindir=$("$PG_CONFIG" --bindir)
work=$(mktemp -d -t shnor-load.XXXXXX)
clients=()
# the path that psql takes: the server's own version
export PATH=$bindir:$PATH PGHOST=$work/socket PGUSER=postgres PGPORT=5432 PGCLIENTENCODING=UTF8 LC_ALL=C.UTF-8
unset PGDATABASE PGSERVICE PGPASSWORD PGOPTIONS

# run as the server's user: root may not
pg() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$work" "$@"; else "$@"; fi; }

server_pid() { head -n 1 "$work/data/postmaster.pid" 2>/dev/null || true; }
start_server() { pg "$bindir/pg_ctl" -D "$work/data" -l "$work/log" -s -t 300 "$@" start >/dev/null 2>>"$work/pg_ctl.log"; }
stop_server() { pg "$bindir/pg_ctl" -D "$work/data" -s -m immediate stop >/dev/null 2>&1 || true; }
clean_up()
{
	touch "$work/stop"
	[ ${#clients[@]} = 0 ] || kill "${clients[@]}" 2>/dev/null || true
	stop_server
	if [ -n "${KEEP:-}" ]; then say "Kept: $work"; else rm -rf "$work"; fi
}
trap clean_up EXIT

make_server()
{
	mkdir -p "$work/socket" "$work/clients"
	[ "$(id -u)" != 0 ] || chown postgres "$work" "$work/socket"
	pg "$bindir/initdb" -D "$work/data" -U postgres -A trust -k --locale=C.UTF-8 --encoding=UTF8 >/dev/null
	# checkpoints and vacuum often, so that many a kill falls into one
	pg tee -a "$work/data/postgresql.conf" >/dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$work/socket'
		port = 5432
		fsync = on
		synchronous_commit = on
		full_page_writes = on
		wal_level = replica
		checkpoint_timeout = 30s
		max_wal_size = 64MB
		min_wal_size = 32MB
		autovacuum_naptime = 2s
		log_checkpoints = off
		log_min_messages = warning
		log_min_error_statement = panic
	END
	start_server -w
	createdb load
	psql -X -q -v ON_ERROR_STOP=1 -d load -f "$load/region.sql"
	say "PostgreSQL $(psql -XAt -d load -c 'SHOW server_version'), seed $seed"
}

# start_clients KIND COUNT
start_clients()
{
	local i
	for ((i = 1; i <= $2; i++)); do
		perl "$load/client.pl" "$1" "$i" "$seed" "$work/clients" &
		clients+=($!)
	done
}
stop_clients()
{
	local pid
	touch "$work/clients/stop"
	for pid in "${clients[@]}"; do
		wait "$pid" || die "A client has broken off: see above."
	done
	clients=()
}

# what was done, by operation; fails when one of $@ never was
done_often()
{
	local op
	awk -F'|' '{ n[$1]++ } END { for (k in n) printf "  done: %s, %d times\n", k, n[k] }' "$work/acks" | sort
	for op in "$@"; do
		grep -q "^$op|" "$work/acks" || { say "No $op has been done: the run tells nothing."; return 1; }
	done
}

# check: what does not hold is printed and makes it fail; what was acknowledged before it begins must be there
check()
{
	touch "$work/clients/ack" # none yet
	cat "$work"/clients/ack* >"$work/acks"
	if ! psql -X -q -d load -v acks="$work/acks" -f "$load/check.sql" >"$work/check" 2>&1 || grep -qv '^total ' "$work/check"; then
		say "What does not hold:"
		head -n 50 "$work/check"
		return 1
	fi
}

amcheck()
{
	say "pg_amcheck …"
	pg_amcheck --heapallindexed --parent-check -d load
}

# refused and failed transactions by operation and SQLSTATE; fails when one is not in the list of patterns $@
errors()
{
	local pattern
	pattern=$(IFS='|'; echo "$*")
	cat "$work"/clients/error.* | awk -F'|' '{ n[$1 "|" $3]++ } END { for (k in n) print k "|" n[k] }' | sort >"$work/errors"
	awk -F'|' '{ printf "  refused: %s %s, %d times\n", $1, $2, $3 }' "$work/errors"
	if grep -vE "^($pattern)\|" "$work/errors" >"$work/unexpected"; then
		say "Unexpected errors:"
		cat "$work/unexpected"
		head -n 20 "$work"/clients/stderr.*
		return 1
	fi
	if grep -aE 'PANIC|deadlock detected|invalid page|could not read block|unexpected data beyond EOF|TRAP' "$work/log" | head -n 20 | grep .; then
		say "In the server's log: see above."
		return 1
	fi
}
