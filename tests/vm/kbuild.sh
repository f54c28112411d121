# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The weir authors
#
# Building modules for the rig's kernel, for scripts that have sourced lib.sh and made a folder $work.

: "${rig_cache:?}"

# Sets kver and suite of the kernel in use, version of its packages, base and extra folders.
find_base() {
	local name
	name=$(basename "$(rig_current)")
	kver=${name%+extra}
	base=$rig_cache/$kver
	# shellcheck disable=SC2034 # for build-modules
	extra=$rig_cache/$kver+extra
	read -r suite _ <"$base/package"
	version=$(apt_newest "$suite" "linux-image-$kver")
	[ -n "$version" ] || skip "no package lists for $suite; run tests/vm/setup --update"
}

# Debian's headers expect to be in /usr/src; these are told where they really are.
unpack_headers() {
	local tree=$1 abi=${kver%-*} part=${work:?}/headers
	apt_unpack "$suite" "$part" "linux-headers-$kver" "linux-headers-$abi-common" \
		"linux-kbuild-$abi" || skip "no headers for $kver (no network?)"
	grep -rlI --include=Makefile --include='.kernelvariables' /usr/src/ "$part/usr/src" |
		xargs -r sed -i "s#/usr/src/#$tree/usr/src/#g"
	rm -f "$part/usr/src/linux-headers-$kver/vmlinux" # for BTF, which needs pahole and nobody reads here
	chmod 755 "$part"
	mv "$part" "$tree"
}

# A newer Debian's host programs want its C library: where ours does not run them, they get theirs.
give_libc() {
	local tree=$1 program lib=$1/usr/lib/x86_64-linux-gnu release=${suite%-backports}
	[ ! -d "$lib" ] || return 0
	find "$tree/usr/lib" -type f -perm -100 | while read -r program; do
		! ldd "$program" 2>&1 | grep -q "version .GLIBC.* not found" || echo "$program"
	done >"$work/strangers"
	[ -s "$work/strangers" ] || return 0
	{ apt_prepare "$release" && apt_unpack "$release" "$work/libc" libc6; } ||
		skip "the programs to build modules for $kver need the C library of $release (no network?)"
	while read -r program; do
		mv "$program" "$program.elf"
		printf '#!/bin/sh\nexec %s/ld-linux-x86-64.so.2 --library-path %s %s.elf "$@"\n' \
			"$lib" "$lib" "$program" >"$program"
		chmod 755 "$program"
	done <"$work/strangers"
	mv "$work/libc/usr/lib/x86_64-linux-gnu" "$lib"
}

# Sets headers: the tree to build against, kept in the cache; and compiler: what to tell make of it. Without
# the kernel's own compiler, ours has to do without the options that only that one has.
find_headers() {
	local tree=$rig_cache/headers-$kver own
	[ -d "$tree" ] || unpack_headers "$tree"
	give_libc "$tree"
	headers=$tree/usr/src/linux-headers-$kver
	own=x86_64-linux-gnu-$(sed -n 's/^CC = .*(CROSS_COMPILE)//p' "$headers/.kernelvariables")
	compiler=()
	command -v "$own" >/dev/null || compiler=(CC=gcc CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=)
}

# build_module NAME SOURCE… [-- MAKE-VARIABLE…]: one external module in a folder of its own, which
# becomes $work/build/NAME/*.ko. When that fails, build-NAME.log stays in the cache.
build_module() {
	local name=$1 dir=${work:?}/build/$1
	local log=$rig_cache/build-$1.log
	shift
	mkdir -p "$dir"
	: >"$log"
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		cp -r "$1" "$dir/" 2>"$log" || return
		shift
	done
	[ $# = 0 ] || shift
	[ -f "$dir/Makefile" ] || [ -f "$dir/Kbuild" ] || echo "obj-m := $name.o" >"$dir/Kbuild"
	make -j2 -C "$headers" M="$dir" "${compiler[@]}" "$@" modules >"$log" 2>&1 || return
	rm "$log"
}
