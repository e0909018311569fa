# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Names, paths and addresses that the commands of the test bed share. Sourced, never run.
# shellcheck disable=SC2034  # used by the commands that source this file

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${KITTIWAKE_CACHE:-$HOME/.cache/kittiwake}
bin=$cache/bin

service_range=10.96.0.0/16

say() { printf '%s\n' "$*" >&2; }

fail() {
	say "${0##*/}: $*"
	exit 1
}

# Prints the comment at the head of the command.
usage() {
	sed -n '3,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

# await SECONDS COMMAND…: runs the command again and again until it succeeds or the seconds are over.
await() {
	local seconds=$1 end
	shift
	end=$((SECONDS + seconds))
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# A port from below the range that the kernel gives out by itself, in which nobody listens now.
free_port() {
	local port
	while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	printf '%s' "$port"
}
