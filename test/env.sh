# env.sh: which PostgreSQL the scripts of this folder work with; sourced, not run.
#
# The order of choice: PG_CONFIG, PG_MAJOR, PostgreSQL 15 when its packages are
# there, the pg_config in the path, what the machine's package lists offer.
# Sets: root (the tree), major, PG_CONFIG; defines say, die, as_root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
die() { printf "%s\n" "$@" >&2; exit 1; }

# as_root COMMAND…: run as root, or through sudo where it asks no password; 127 when neither works
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 127
	fi
}

can_be_root() { as_root true; }

choose_major()
{
	if [ -n "${PG_CONFIG:-}" ] && command -v "$PG_CONFIG" >/dev/null; then
		"$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
	elif [ -n "${PG_MAJOR:-}" ]; then
		echo "$PG_MAJOR"
	elif [ -x /usr/lib/postgresql/15/bin/pg_config ]; then
		echo 15
	elif command -v pg_config >/dev/null && [ -e "$(pg_config --pgxs)" ]; then
		pg_config --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
	elif [ -n "$(apt-cache madison postgresql-15 2>/dev/null)" ]; then
		echo 15
	else
		# the major that this Debian calls its own; nothing before its package lists are read
		{ apt-cache depends postgresql 2>/dev/null || true; } | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1
	fi
}

major=$(choose_major)
: "${major:=15}"
case $major in
	*[!0-9]*) die "PG_MAJOR must be a number such as 15, not \"$major\"." ;;
esac
[ "$major" -ge 15 ] || die "shnor needs PostgreSQL 15 or later; this is $major (set PG_MAJOR or PG_CONFIG)."
if ! { [ -n "${PG_CONFIG:-}" ] && command -v "$PG_CONFIG" >/dev/null; }; then
	PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
fi
export PG_CONFIG
