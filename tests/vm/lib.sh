# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The weir authors
#
# What the rig's scripts share: where things are kept, how they end, and the private apt.

readonly RIG_SKIP=77 RIG_TIMEOUT=124 RIG_BROKEN=125
export RIG_SKIP RIG_TIMEOUT RIG_BROKEN # for the scripts that source this

rig_cache=${WEIR_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/weir/vm}

say() { printf 'rig: %s\n' "$*" >&2; }
skip() { say "skipped: $*"; exit "$RIG_SKIP"; }
broken() { say "$*"; exit "$RIG_BROKEN"; }
usage_error() { say "$*"; exit 2; }

# need COMMAND…: the programs a script cannot do without
need() {
	local program
	for program; do
		command -v "$program" >/dev/null && continue
		[ -x "/sbin/$program" ] || skip "no $program on this machine; run tests/vm/setup --packages"
	done
	PATH=$PATH:/usr/sbin:/sbin
}

rig_codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# The suites to look for a kernel in, best first. WEIR_VM_SUITE names another one, or the newest: Debian 12's
# own backports stay with the long-term kernel that Debian 13 was released with.
rig_suites() {
	local codename
	codename=$(rig_codename)
	case ${WEIR_VM_SUITE:-} in
	'') echo "$codename-backports $codename" ;;
	newest) echo "${codename/bookworm/trixie}-backports" ;;
	*) echo "$WEIR_VM_SUITE" ;;
	esac
}

# The file that names the kernel folder in use; replaced by rename only.
rig_current_file() { echo "$rig_cache/current-${WEIR_VM_SUITE:-default}"; }

# Prints the folder of the kernel in use; fails when the rig is not set up.
rig_current() {
	local name
	name=$(cat "$(rig_current_file)" 2>/dev/null) || return 1
	[ -d "$rig_cache/$name" ] && echo "$rig_cache/$name"
}

rig_select() {
	echo "$1" >"$(rig_current_file).$$"
	mv "$(rig_current_file).$$" "$(rig_current_file)"
}

rig_kver() { ls "$1/lib/modules"; }

# ---- the private apt: the machine's own mirror, our own lists, nothing of the system is changed

# Prints "URIs" and "Signed-By" of the machine's source for its own release, as deb822 fields.
apt_own_source() {
	local codename=$1 file
	for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list \
		/etc/apt/sources.list.d/*.list; do
		[ -r "$file" ] || continue
		case $file in
		*.sources) awk -v RS= -v want="$codename" "$apt_awk_stanza" "$file" ;;
		*.list) awk -v want="$codename" "$apt_awk_line" "$file" ;;
		esac
	done
}

# One stanza is one record; continuation lines start with a blank and belong to their field.
# shellcheck disable=SC2016
apt_awk_stanza='
{
	uris = signed = suites = types = ""; enabled = 1; key = ""
	count = split($0, line, "\n")
	for (i = 1; i <= count; i++) {
		if (line[i] ~ /^#/) continue
		if (line[i] !~ /^[ \t]/) {
			key = tolower(line[i]); sub(/:.*/, "", key)
			sub(/^[^:]*:[ \t]*/, "", line[i])
			text = line[i]
		} else
			text = "\n" line[i]
		if (key == "uris") uris = uris text
		else if (key == "signed-by") signed = signed text
		else if (key == "suites") suites = suites " " text " "
		else if (key == "types") types = types " " text " "
		else if (key == "enabled" && tolower(text) == "no") enabled = 0
	}
	gsub(/\n/, " ", suites)
	if (!enabled || types !~ / deb / || index(suites, " " want " ") == 0) next
	print "URIs: " uris
	if (signed != "") print "Signed-By: " signed
	exit
}'

# deb [signed-by=KEY arch=amd64] URI SUITE COMPONENT…
# shellcheck disable=SC2016
apt_awk_line='
$1 == "deb" {
	rest = $0; options = ""
	sub(/^[ \t]*deb[ \t]+/, "", rest)
	if (rest ~ /^\[/) {
		options = rest; sub(/\].*/, "", options); sub(/^\[/, "", options)
		sub(/^[^]]*\][ \t]*/, "", rest)
	}
	split(rest, field, /[ \t]+/)
	if (field[2] != want) next
	print "URIs: " field[1]
	if (match(options, /signed-by=[^ \t]+/))
		print "Signed-By: " substr(options, RSTART + 10, RLENGTH - 10)
	exit
}'

apt_dir() { echo "$rig_cache/apt-$1"; }

# apt_private SUITE PROGRAM ARG…: run an apt program on the private lists of one suite
apt_private() {
	local dir program=$2
	dir=$(apt_dir "$1")
	shift 2
	"$program" -q -o "Dir::Etc::sourcelist=$dir/rig.sources" -o Dir::Etc::sourceparts=/dev/null \
		-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=2 "$@"
}

# apt_prepare SUITE: fetch the suite's lists; fails quietly when the mirror does not have it
apt_prepare() {
	local suite=$1 dir source
	dir=$(apt_dir "$suite")
	source=$(apt_own_source "$(rig_codename)")
	[ -n "$source" ] || skip "no apt source for $(rig_codename) on this machine"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	# A file name that ends in .sources is read as deb822, wherever it is.
	printf 'Types: deb\nSuites: %s\nComponents: main\n%s\n' "$suite" \
		"$(awk '/^URIs:/ && seen++ { exit } { print }' <<<"$source")" >"$dir/rig.sources"
	apt_private "$suite" apt-get update >"$dir/update.log" 2>&1
}

# apt_newest SUITE PACKAGE: the newest version there is, or nothing
apt_newest() { apt_private "$1" apt-cache madison "$2" 2>/dev/null | awk 'NR == 1 { print $3 }'; }

# apt_unpack SUITE DIR PACKAGE…: download and unpack without installing
apt_unpack() {
	local suite=$1 into=$2 debs
	shift 2
	debs=$(mktemp -d "$rig_cache/tmp.XXXXXX")
	mkdir -p "$into"
	(cd "$debs" && apt_private "$suite" apt-get download "$@") >"$debs/log" 2>&1 ||
		{ tail -n 2 "$debs/log" >&2; rm -rf "$debs"; return 1; }
	for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$into"; done
	rm -rf "$debs"
}
