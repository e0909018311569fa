# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What runs in the bed. Sourced after node.sh, never run.
# shellcheck disable=SC2154  # names of the other files

# Succeeds when all that was started runs, and the node, if there is one, is ready.
status_bed() {
	local status=0
	require_box
	printf 'bed   %s\n' "$state"
	show_programs || status=1
	show_memory
	if is_up kube-apiserver; then
		kubectl_in_box get nodes,pods -A -o wide
		node_is_ready || status=1
	fi
	return "$status"
}

show_programs() {
	local file name status=0
	for file in "$state"/run/*.pid; do
		name=$(basename "$file" .pid)
		if pid_in "$file" >/dev/null; then
			printf 'up    %-24s %s\n' "$name" "$(place_of "$name")"
		else
			printf 'DOWN  %-24s see %s\n' "$name" "$state/log/$name.log"
			status=1
		fi
	done
	return "$status"
}

place_of() {
	case $1 in
	kube-apiserver) printf 'https://%s:6443' "$node_address" ;;
	registry) printf 'http://%s' "$registry" ;;
	registry-auth) printf 'https://registry.local:5443' ;;
	registry-full) printf 'http://registry.local:5001' ;;
	s3) printf 'http://%s:7070' "$box_name" ;;
	s3-tls) printf 'https://%s:7443' "$box_name" ;;
	kafka) printf '%s:9092, over SASL_SSL %s:9093' "$box_name" "$box_name" ;;
	esac
}

# Resident memory by name of program; a page that several processes share counts in parts, as the
# Kubernetes programs are one file.
show_memory() {
	box_processes | while read -r process; do
		awk '/^Name:/ {name = $2} /^Pss:/ {print name, $2}' "/proc/$process/status" "/proc/$process/smaps_rollup" 2>/dev/null || true
	done | awk '
		{size[$1] += $2; count[$1]++; total += $2}
		END {
			for (name in size) printf "%7.0f MiB  %2d × %s\n", size[name] / 1024, count[name], name | "sort -rn"
			close("sort -rn")
			printf "%7.0f MiB  all\n", total / 1024
		}'
}
