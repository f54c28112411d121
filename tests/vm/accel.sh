# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The weir authors
#
# Chooses how QEMU runs the guest: by KVM where that boots our kernel, else by emulation.

# /dev/kvm can exist and hang (nested machines), so it is tried once per boot of the host: with a
# kernel that has nothing to start it must panic, which -no-reboot turns into QEMU's exit.
kvm_try() {
	timeout -k 1 4 qemu-system-x86_64 -machine q35 -accel kvm -cpu host -nodefaults -nographic \
		-no-reboot -nic none -m 256 -kernel "$1" -append "panic=-1 quiet" \
		</dev/null >/dev/null 2>&1
}

kvm_works() {
	# shellcheck disable=SC2154 # rig_cache: lib.sh
	local boot verdict file=$rig_cache/kvm
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
	boot=$(cat /proc/sys/kernel/random/boot_id)
	if [ "$(awk '{ print $1 }' "$file" 2>/dev/null)" != "$boot" ]; then
		verdict=no
		! kvm_try "$1" || verdict=yes
		echo "$boot $verdict" >"$file.$$"
		mv "$file.$$" "$file"
	fi
	[ "$(awk '{ print $2 }' "$file")" = yes ]
}

# accel_arguments KERNEL: for QEMU. Emulated "rep movsb" goes byte by byte: without ERMS the guest
# copies in words, nearly twice as fast. "counted": the guest's clock is the count of its instructions, two
# nanoseconds each, and idle time is skipped, so that CPU time is the same in every run.
accel_arguments() {
	local accel=${WEIR_VM_ACCEL:-auto}
	if [ "$accel" = auto ]; then
		if kvm_works "$1"; then accel=kvm; else accel=tcg; fi
	fi
	case $accel in
	kvm) echo "-accel kvm -cpu host" ;;
	counted) echo "-accel tcg,thread=single -cpu max,-erms -icount shift=1,sleep=off" ;;
	tcg) echo "-accel tcg,thread=multi -cpu max,-erms" ;;
	*) usage_error "WEIR_VM_ACCEL is kvm, tcg, counted or auto" ;;
	esac
}
