# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Names, paths, locks and ports, for all commands of the test bed. Sourced, never run.
# shellcheck disable=SC2034  # used by the commands that source this file

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=../../scripts/lib.sh
source "$here/../scripts/lib.sh"
bin=$cache/bin
packages=$cache/packages
export PATH=$packages/usr/bin:$packages/usr/sbin:$PATH:/usr/sbin:/sbin
# Nothing of the test bed is asked for through the machine's proxy.
export no_proxy=${no_proxy:+$no_proxy,}127.0.0.1,localhost,.localhost,.local,10.200.0.2
export NO_PROXY=$no_proxy

service_range=10.96.0.0/16

# Who may use the S3 server, the registries that ask for a name, and Kafka over SASL.
user=kittiwake
password=kittiwake-secret

# become_root ARGUMENT…: runs this command again through sudo, with the caller's environment, where root is needed. A lock is
# not kept.
become_root() {
	((EUID == 0)) || exec sudo --preserve-env env "HOME=$HOME" "PATH=$PATH" "$0" "$@" 9>&-
}

# Prints the comment at the head of the command.
usage() {
	sed -n '3,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

# take_lock FILE: waits for it and holds it until the command ends. Whoever holds it may remove the file.
take_lock() {
	mkdir -p "$(dirname "$1")"
	until exec 9>"$1" && { flock --nonblock 9 || wait_for_lock "$1"; } && [[ $1 -ef /proc/self/fd/9 ]]; do :; done
}

wait_for_lock() {
	say "waiting for another command, which holds $1"
	flock 9
}

# A port from below the range that the kernel gives out by itself, in which nobody listens now.
free_port() {
	local port
	while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	printf '%s' "$port"
}
