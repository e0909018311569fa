# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A Kubernetes of one node in the box. Sourced after box.sh and control-plane.sh, never run.
# shellcheck disable=SC2154  # names of the other files

# What needs nothing else. Pods come from the registry.
begin_kubernetes() {
	make_cluster_certificates
	begin_registry
	etcd_arguments http://127.0.0.1:2379 http://127.0.0.1:2380 "$state/var/etcd"
	start etcd "$bin/etcd" "${etcd_arguments[@]}"
	start containerd containerd --config "$state/etc/containerd.toml"
	start_apiserver
}

await_kubernetes() {
	# Before this, the controller manager would end for want of its own rights.
	await_registry
	timed "API server" require_program kube-apiserver 60 api_is_ready
	start_controllers
	require_program containerd 20 enter_box test -S /run/containerd/containerd.sock
	start_kubelet
	timed "first images and objects" fill_cluster
	timed "DNS server" require_program dns 20 enter_box curl -sf http://127.0.0.1:10290/ready
	timed "node" require_program kubelet 60 node_is_ready
}

make_cluster_certificates() (
	[[ ! -e $pki/complete ]] || return 0
	cd "$pki" || return
	make_api_certificates "$node_address"
	make_node_certificates "$node_name" "$node_address"
	for name in admin kubelet kube-controller-manager kube-scheduler kube-proxy; do
		make_kubeconfig "$name" "https://$node_address:6443" >"$name.conf"
	done
	touch complete
)

start_apiserver() {
	apiserver_arguments "$pki" http://127.0.0.1:2379 "$node_address" 6443
	[[ -e $state/log/audit.log ]] || install -m 644 /dev/null "$state/log/audit.log" # it would be for root alone
	# With the second plug-in whoever names an owner that must not go first needs the right to; some clusters have it on.
	start kube-apiserver "$bin/kube-apiserver" "${apiserver_arguments[@]}" \
		--enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement \
		--audit-policy-file="$state/etc/audit.yaml" --audit-log-path="$state/log/audit.log"
}

start_controllers() {
	controller_manager_arguments "$pki" "$pki/kube-controller-manager.conf"
	start kube-controller-manager "$bin/kube-controller-manager" "${controller_manager_arguments[@]}" --bind-address=127.0.0.1
	start kube-scheduler "$bin/kube-scheduler" --kubeconfig="$pki/kube-scheduler.conf" \
		--authentication-kubeconfig="$pki/kube-scheduler.conf" --authorization-kubeconfig="$pki/kube-scheduler.conf" \
		--bind-address=127.0.0.1 --leader-elect=false
}

start_kubelet() {
	start kubelet "$bin/kubelet" --config="$state/etc/kubelet.yaml" --kubeconfig="$pki/kubelet.conf" \
		--hostname-override="$node_name" --node-ip="$node_address" --root-dir="$state/var/kubelet"
	start kube-proxy "$bin/kube-proxy" --config="$state/etc/kube-proxy.yaml"
	start dns "$bin/dns" -conf "$state/etc/Corefile"
}

# The images that pods need first, the DNS service and a default service account.
fill_cluster() {
	"$here/image" push pause tools
	kubectl_in_box apply --server-side -f "$state/etc/cluster.yaml" >/dev/null
	require_program kube-controller-manager 30 kubectl_in_box get serviceaccount default
}

api_is_ready() {
	enter_box curl -sf --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" \
		"https://$node_address:6443/readyz"
}

node_is_ready() {
	kubectl_in_box get node "$node_name" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -q True
}

kubectl_in_box() { enter_box "$bin/kubectl" --kubeconfig "$pki/admin.conf" --cache-dir "$state/var/kubectl" "$@"; }
