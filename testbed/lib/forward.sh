# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Ports of the box on the machine's 127.0.0.1. Sourced after box.sh and pki.sh, never run.
# shellcheck disable=SC2154  # names of the other files

forward_bed() {
	(($# > 0)) || usage
	require_box
	trap 'kill $(jobs -p) 2>/dev/null' EXIT
	trap 'exit 0' INT TERM
	local wanted
	for wanted; do
		if [[ $wanted == api ]]; then forward_api; else forward_port "$wanted"; fi
	done
	wait
}

# forward_port [LOCAL:]PORT[@HOST]: HOST is the node's address by default; a Service or pod address works too.
forward_port() {
	local host=$node_address ports=${1%@*}
	[[ $1 != *@* ]] || host=${1#*@}
	listen "${ports%:*}" "$host:${ports#*:}"
	say "127.0.0.1:${ports%:*} is $host:${ports#*:} of the box"
}

forward_api() {
	local port
	port=$(free_port)
	listen "$port" "$node_address:6443"
	(cd "$pki" && make_kubeconfig admin "https://127.0.0.1:$port") >"$state/run/host.kubeconfig"
	printf '%s\n' "$state/run/host.kubeconfig"
}

# Each connection gets a socat of its own in the box's network; the mount namespace stays the machine's.
listen() {
	socat "TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork" "EXEC:nsenter --target $box --net socat STDIO TCP\:${2/:/\\:}" &
}
