# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The box: the namespaces that the bed's programs run in, and its directory $state.
# Sourced after common.sh and process.sh, never run.
# shellcheck disable=SC2034,SC2154  # names shared with the other files and the commands

state=${KITTIWAKE_BED:-$cache/bed}
pki=$state/pki
marker=$state/.kittiwake-bed
cgroup=kittiwake-$(printf '%s' "$state" | sha256sum | cut -c1-8)

node_name=node1
node_address=10.200.0.2
box_name=box.local # the node's address by name, in the box and in pods
dns_address=10.96.0.10
pod_range=10.244.0.0/24
registry=registry.local:5000

box_pid() { pid_in "$state/run/box.pid"; }

require_box() {
	box=$(box_pid) || fail "no bed runs in $state: run $here/bed up"
	enter=(nsenter --target "$box" --mount --pid --net --uts setpriv --pdeathsig TERM)
	through=(setsid "${enter[@]}")
}

enter_box() { "${enter[@]}" "$@"; }

open_box() {
	claim_directory
	clear_remains
	render_configuration
	if ! box_pid >/dev/null; then
		make_cgroups
		make_box
	fi
	require_box
}

claim_directory() {
	case $state/ in
	/var/lib/* | /var/log/* | /run/* | /sys/* | /proc/* | /dev/*)
		fail "$state is covered inside the box; choose another KITTIWAKE_BED"
		;;
	esac
	if [[ -d $state && ! -e $marker && -n $(ls -A "$state") ]]; then fail "$state holds something else"; fi
	mkdir -p "$state"/{etc,log,run,pki,var}
	install -d -m 1777 "$state/var/kubectl" # kubectl's own cache, whoever runs it
	touch "$marker"
}

# After a crash or a restart of the machine the cluster's state says what is no longer so.
clear_remains() {
	if [[ -e $state/run/ready ]] && ! box_pid >/dev/null; then
		say "the last bed in $state did not end by down: starting afresh"
		close_box
		claim_directory
	fi
}

# Everything in the box ends with its first process. Then what it made is removed: control groups and files.
close_box() {
	local processes
	if box=$(box_pid); then
		mapfile -t processes < <(box_processes)
		kill -KILL "$box"
		await 20 have_ended "${processes[@]}" || fail "some processes of the box do not end: ${processes[*]}"
	fi
	await 20 remove_cgroups || fail "the control groups */$cgroup cannot be removed"
	rm -rf --one-file-system "$state"
}

make_box() {
	# A pod that asks a Service for another pod of the same node gets no answer without it.
	[[ -e /proc/sys/net/bridge ]] || modprobe br_netfilter || fail "the kernel's module br_netfilter is missing"
	setsid unshare --mount --pid --net --uts --fork --propagation private --mount-proc --kill-child \
		"$here/lib/box-init" "$state" "$node_name" "$node_address" "$service_range" \
		>"$state/log/box.log" 2>&1 </dev/null 9>&- &
	local outer=$!
	await 10 test -e "$state/run/ready" || fail "the box did not start: see $state/log/box.log"
	remember "$(pgrep --parent "$outer" | head -1)" "$state/run/box.pid"
}

# With version 2 there is one hierarchy, which hands its controllers on to the bed's group; with version 1 many.
make_cgroups() {
	local hierarchy controller
	if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
		for controller in $(</sys/fs/cgroup/cgroup.controllers); do
			# One that cannot be handed on is missed by the kubelet, if at all; it says so in its log.
			printf '+%s' "$controller" 2>/dev/null >/sys/fs/cgroup/cgroup.subtree_control || true
		done
		mkdir -p "/sys/fs/cgroup/$cgroup"
		return
	fi
	for hierarchy in /sys/fs/cgroup/*/; do
		[[ $hierarchy == */unified/ ]] || mkdir -p "$hierarchy$cgroup"
	done
	copy_setting cpuset.cpus
	copy_setting cpuset.mems
}

# A new cpuset of version 1 is empty; it takes the machine's processors and memory nodes.
copy_setting() {
	local root=/sys/fs/cgroup/cpuset
	[[ ! -e $root/$1 ]] || cat "$root/$1" >"$root/$cgroup/$1"
}

# Fails while a container's processes are still ending.
remove_cgroups() {
	local top status=0
	for top in /sys/fs/cgroup{,/*}/"$cgroup"; do
		[[ ! -d $top ]] || find "$top" -depth -type d -exec rmdir {} + || status=1
	done
	return "$status"
}

# Copies etc/ into the bed, with the bed's own values for the @NAMES@.
render_configuration() {
	local file
	while read -r file; do
		mkdir -p "$state/etc/$(dirname "$file")"
		render "$here/etc/$file" | write_changed "$state/etc/$file"
	done < <(cd "$here/etc" && find . -type f -printf '%P\n')
}

render() {
	sed -e "s|@BED@|$state|g; s|@NODE@|$node_name|g; s|@ADDRESS@|$node_address|g; s|@CGROUP@|/$cgroup|g" \
		-e "s|@DNS@|$dns_address|g; s|@PODS@|$pod_range|g; s|@REGISTRY@|$registry|g; s|@PACKAGES@|$packages|g" \
		"$1"
}

# A file that would not change is not touched (kube-proxy ends when its own is), and one that does keeps its inode
# (two are mounted).
write_changed() {
	local content
	content=$(cat; printf x)
	printf '%s' "${content%x}" | cmp -s - "$1" || printf '%s' "${content%x}" >"$1"
}

# The process ids, as this side sees them, of everything in the box but the insides of containers.
box_processes() {
	local space process
	space=$(readlink "/proc/$box/ns/pid")
	for process in /proc/[0-9]*; do
		if [[ $(readlink "$process/ns/pid" 2>/dev/null) == "$space" ]]; then printf '%s\n' "${process#/proc/}"; fi
	done
}
