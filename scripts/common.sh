# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts share. Sourced, never run.
# shellcheck disable=SC2034  # used by the scripts that source this file

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${KITTIWAKE_CACHE:-$HOME/.cache/kittiwake}
cd "$root" || exit

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

swift_flags=(--explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors)
