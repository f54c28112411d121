#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What --json prints is what weir(1) promises, and its numbers come out.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
has_json || skip "this build has no json-c"
command -v python3 >/dev/null || skip "no python3"
judge=$(dirname "$0")/json_judge.py

judged() { python3 "$judge" "$@" <"$work/out"; }

run capture 'pattern:bars?fps=0&size=320x240' "${loop[@]}" -n 1000 --json --to verify --to null
check "a run ends with 0, not $status: $(cat "$work/err")" exits 0
check "a run's lines are right" judged capture --captured 1000 --sinks verify,null
check "a run with --json leaves stderr alone" empty err

run capture 'pattern:counter?fps=0&size=320x240' "${loop[@]}" -n 5000 --json --frames
check "a run with --frames ends with 0, not $status" exits 0
check "there is a line for each frame" judged capture --captured 5000 --frames --sinks null

run capture 'pattern:counter?fps=100&size=320x240' "${loop[@]}" -t 0.5 --json --frames -b 8
check "a paced run ends with 0, not $status" exits 0
check "a paced run's lines are right" judged capture --frames --slots 8 --fps 100 --sinks null

run capture pattern:bars -s 640x480 -f NV12 "${loop[@]}" -n 3 --json --stage crop=320x240+0+0
check "options reach the plan" judged capture --captured 3 --format NV12 --width 640 --sinks null
check "a crop is a view" judged hop --kind stage --memory view

run capture 'pattern:noise?fps=0&size=320x240' "${loop[@]}" -n 100 --json --stage pass --stage motion
check "a run that measures ends with 0, not $status" exits 0
check "every frame but the first is measured" judged measured --captured 100 --stage 1 --name motion
check "measures leave the rest as it is" judged capture --captured 100 --sinks null

run capture pattern:black -s 320x240 -r 0 "${loop[@]}" -n 100 --json --stage motion=0.5
check "a threshold that is not reached is silent" judged measured --captured 1 --stage 0 --name motion

run explain 'pattern:bars?size=1280x720' "${loop[@]}" --json --to verify
check "explain ends with 0, not $status" exits 0
check "explain prints a plan" judged explain --width 1280
check "the plan is one line" lines out 1

run list --json
check "list ends with 0, not $status" exits 0
check "list prints its devices" judged list

run info pattern:bars --json
check "info ends with 0, not $status" exits 0
check "info describes the source" judged info --format YUYV

run capture pattern:bars -f NV21 --json
check "a failure ends with 4, not $status" exits 4
check "a failure is one line on stderr" lines err 1

finish
