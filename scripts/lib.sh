# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Messages and waiting, for the scripts and for the commands of the test bed. Sourced, never run.
# shellcheck disable=SC2034  # used by the scripts that source this file

cache=${KITTIWAKE_CACHE:-$HOME/.cache/kittiwake}

say() { printf '%s\n' "$*" >&2; }

fail() {
	say "${0##*/}: $*"
	exit 1
}

# step TEXT COMMAND…: names a long step and says how long it took.
step() {
	local text=$1 begin=$SECONDS
	shift
	say "==> $text"
	"$@"
	say "    $text: $((SECONDS - begin)) s"
}

# timed TEXT COMMAND…: runs a command of seconds, then says how long it took.
timed() {
	local text=$1 begin=${EPOCHREALTIME//[!0-9]/} tenths
	shift
	"$@"
	tenths=$(((${EPOCHREALTIME//[!0-9]/} - begin) / 100000))
	say "$(printf '%-44s %4d.%d s' "$text" $((tenths / 10)) $((tenths % 10)))"
}

# await SECONDS COMMAND…: runs the command again and again until it succeeds or the seconds are over, with 0.1 s or $pause
# in between. It runs in this shell, and its output is dropped.
await() {
	local seconds=$1 end
	shift
	end=$((SECONDS + seconds))
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep "${pause:-0.1}"
	done
}
