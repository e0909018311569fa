# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What check asks the cluster. Sourced by check, never run.
# shellcheck disable=SC2154  # names of the other files

node_is_ready() { "$here/bed" kubectl wait --for=condition=Ready "node/$node_name" --timeout=10s; }

nothing_is_outside() {
	local process machine
	machine=$(readlink /proc/self/ns/net)
	for process in $(box_processes); do
		[[ $(readlink "/proc/$process/ns/net") != "$machine" ]] || { say "process $process" && return 1; }
	done
	gives "" inside ip route show default
}

workloads_are_ready() {
	in_check rollout status deployment/web --timeout=60s
	in_check rollout status statefulset/db --timeout=60s
}

greedy_is_killed() {
	# By SIGKILL. The reason is OOMKilled only if the runtime heard of it before the exit, which no runtime promises.
	await 20 gives 137 field pod/greedy '.status.containerStatuses[0].state.terminated.exitCode'
}

restricted_pod_ran() {
	in_check wait --for=jsonpath='{.status.phase}'=Succeeded pod/restricted --timeout=30s
	gives $'first\n1000\ntouch: /forbidden: Read-only file system' in_check logs restricted
}

volume_is_written() {
	in_check wait --for=condition=Ready pod/writer --timeout=30s
	# The pod is ready when its program has started, not when that has written.
	await 20 gives kept cat "$work/volume/written"
}

liveness_restarts() {
	in_check exec db-1 -- rm /data/alive
	await 30 gives 1 field pod/db-1 '.status.containerStatuses[0].restartCount'
}

deleted_pod_comes_back() {
	local before
	before=$(field pod/db-0 .metadata.uid)
	in_check delete pod db-0
	await 30 is_another_pod "$before"
	in_check wait --for=condition=Ready pod/db-0 --timeout=30s
}

is_another_pod() {
	local now
	now=$(field pod/db-0 .metadata.uid) && [[ -n $now && $now != "$1" ]]
}

hears_input() { gives heard from_pod cat <<<heard; }

bird() { printf '{apiVersion: check.kittiwake.test/v1, kind: Bird, metadata: {name: bird}, spec: {eggs: %s, nests: 1}}' "$1"; }

rule_refuses() {
	local answer
	if answer=$(bird 4 | in_check apply -f - 2>&1); then say "accepted: $answer" && return 1; fi
	[[ $answer == *"three eggs in a nest at most"* ]] || { say "$answer" && return 1; }
}

custom_resource_applies() {
	bird 3 | in_check apply --server-side --field-manager=check -f -
	gives 3 field birds/bird .spec.eggs
}

port_forwards() {
	"$here/bed" kubectl -n check port-forward service/web 18080:80 >/dev/null 2>&1 &
	local forwarder=$! status=0
	await 10 serves_config_map inside busybox wget -qO- http://127.0.0.1:18080/ || status=1
	kill "$forwarder"
	return "$status"
}
