# chroot.sh: other majors of PostgreSQL in chroots; sourced by scripts of this folder, after env.sh.
#
# Each major lives in a small Debian chroot of the suite that carries it, made by mmdebstrap and kept in SHNOR_CACHE
# (default ~/.cache/shnor) for the next run.  Needs root and about 1 GB for each.
# Sets: cache; defines be_root, chroot_of, in_chroot, copy_tree.

cache=${SHNOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/shnor}

# be_root TARGET ARGUMENT…: go on as root, with what a chroot is made with, or say how
be_root()
{
	local target=$1
	shift
	if [ "$(id -u)" != 0 ]; then
		can_be_root || die "A chroot needs root's rights. Run: sudo make $target"
		exec sudo -n env SHNOR_CACHE="$cache" PG_MAJOR="$major" MIRROR="${MIRROR:-}" CI="${CI:-}" "$0" "$@"
	fi
	"$root/test/setup" --versions
}

suite_of()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		19) echo experimental ;;
		*) die "No Debian suite is known for PostgreSQL $1 (known: 15 17 18 19)." ;;
	esac
}

# the Debian mirror of this machine, as its own apt configuration names it
mirror()
{
	apt-get indextargets --format '$(CREATED_BY) $(LABEL) $(COMPONENT) $(REPO_URI)' |
		sed -n 's/^Packages Debian main //p' | head -n 1
}

in_chroot()
{
	local dir=$1
	shift
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 CI="${CI:-}" DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork --kill-child --mount-proc --root="$dir" --wd=/ "$@"
}

# what a chroot of PostgreSQL $1 gets beyond the packages that must be there; runs in it, while its package lists last.
# What cannot be had goes into /missing, a line each, for the people who read the results.
finish_chroot()
{
	local n=$1 ext=/usr/share/postgresql/$1/extension other
	set -euo pipefail
	cd /var/tmp
	# the headers alone, by hand: their package would pull in clang and LLVM
	apt-get -qq download "postgresql-server-dev-$n"
	dpkg -x "postgresql-server-dev-${n}_"*.deb /
	: >/missing
	known() { [ -n "$(apt-cache madison "$1")" ]; }
	add() { apt-get -qq install -y --no-install-recommends "$1"; }
	# pgTAP is SQL alone, so a major that has no package of it yet gets the files of another
	if known "postgresql-$n-pgtap"; then
		add "postgresql-$n-pgtap"
	else
		other=$(apt-cache --names-only search '^postgresql-[0-9]+-pgtap$' | sed 's/ .*//' | sort -V | tail -n 1)
		apt-get -qq download "$other"
		dpkg -x "$other"_*.deb pgtap
		cp pgtap/usr/share/postgresql/*/extension/pgtap* "$ext/"
		echo "No package postgresql-$n-pgtap: pgTAP is the SQL of $other $(dpkg-deb -f "$other"_*.deb Version)." >>/missing
	fi
	if known "postgresql-$n-plpgsql-check"; then
		add "postgresql-$n-plpgsql-check"
	else
		echo "No package postgresql-$n-plpgsql-check: its test is skipped." >>/missing
	fi
	rm -rf ./*.deb pgtap
}

make_chroot()
{
	local n=$1 dir=$2 suite extra=() uri valid=true libpq=libpq-dev
	suite=$(suite_of "$n")
	uri=$(mirror)
	[ -n "$uri" ] || die "No Debian mirror in this machine's package lists: run apt-get update, or set MIRROR."
	eval "$(apt-config shell valid Acquire::Check-Valid-Until)"
	# experimental holds little more than what is new: the rest comes from sid, which has a libpq too old
	if [ "$suite" = experimental ]; then
		suite=sid
		libpq=libpq5/experimental,libpq-dev/experimental
		extra=("deb ${MIRROR:-$uri} experimental main")
	fi
	say "Making a chroot of $suite for PostgreSQL $n in $dir …"
	rm -rf "$dir" "$dir.new"
	mkdir -p "$cache"
	{ declare -f finish_chroot && echo "finish_chroot $n"; } >"$dir.finish"
	if ! mmdebstrap --verbose --mode=root --variant=apt \
		--aptopt="Acquire::Check-Valid-Until \"$valid\"" \
		--aptopt='Acquire::Languages "none"' \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--essential-hook='mkdir -p "$1/etc/postgresql-common/createcluster.d"' \
		--essential-hook='echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.d/shnor.conf"' \
		--include="postgresql-$n,libtap-parser-sourcehandler-pgtap-perl,$libpq,make,gcc,libc6-dev,gettext" \
		--customize-hook="chroot \"\$1\" bash <'$dir.finish'" \
		"$suite" "$dir.new" "deb ${MIRROR:-$uri} $suite main" ${extra[@]+"${extra[@]}"} </dev/null >"$dir.log" 2>&1
	then
		tail -n 20 "$dir.log" >&2
		return 1
	fi
	mv "$dir.new" "$dir"
	rm "$dir.finish"
}

# chroot_of N: make the chroot of this major where there is none, or fail; sets dir.  One script at a time works in it.
chroot_of()
{
	local fd
	dir=$cache/pg$1
	mkdir -p "$cache"
	exec {fd}>"$dir.lock"
	flock -n "$fd" || { say "Waiting for another script that works in $dir …" && flock "$fd"; }
	[ -e "$dir/missing" ] || make_chroot "$1" "$dir"
}

# copy_tree FOLDER: what git knows or would, into a new folder
copy_tree()
{
	rm -rf "$1"
	mkdir "$1"
	(cd "$root" && { git ls-files -co --exclude-standard 2>/dev/null || find . -name .git -prune -o -type f -print; } |
		while read -r f; do [ -e "$f" ] && printf '%s\n' "$f"; done |
		tar -cf - --exclude='*.o' --exclude='*.so' --exclude='*.bc' -T -) | tar -C "$1" --no-same-owner -xf -
}
