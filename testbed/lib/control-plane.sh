# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Arguments of the control plane's programs, for the bed and for the light mode. Sourced after common.sh, never run.
# shellcheck disable=SC2034,SC2054,SC2154  # names shared with the commands; commas inside arguments

# etcd_arguments CLIENT-URL PEER-URL DIRECTORY. Nothing is synced to disk: the data is thrown away.
etcd_arguments() {
	etcd_arguments=(
		--name=bed --data-dir="$3" --unsafe-no-fsync --log-level=warn
		--listen-client-urls="$1" --advertise-client-urls="$1"
		--listen-peer-urls="$2" --initial-advertise-peer-urls="$2" --initial-cluster="bed=$2"
	)
}

# apiserver_arguments PKI ETCD ADDRESS PORT
apiserver_arguments() {
	local pki=$1
	apiserver_arguments=(
		--etcd-servers="$2" --bind-address="$3" --advertise-address="$3" --secure-port="$4"
		--tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key"
		--client-ca-file="$pki/ca.crt"
		--kubelet-client-certificate="$pki/apiserver-kubelet-client.crt"
		--kubelet-client-key="$pki/apiserver-kubelet-client.key"
		--kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP
		--service-account-issuer=https://kubernetes.default.svc
		--service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key"
		--service-cluster-ip-range="$service_range"
		--authorization-mode=Node,RBAC --allow-privileged=true --profiling=false
		--requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names=front-proxy-client
		--requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group
		--requestheader-extra-headers-prefix=X-Remote-Extra-
		--proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key"
	)
}

# controller_manager_arguments PKI KUBECONFIG
controller_manager_arguments() {
	controller_manager_arguments=(
		--kubeconfig="$2" --authentication-kubeconfig="$2" --authorization-kubeconfig="$2"
		--leader-elect=false --root-ca-file="$1/ca.crt" --service-account-private-key-file="$1/sa.key"
		--use-service-account-credentials
		--cluster-signing-cert-file="$1/ca.crt" --cluster-signing-key-file="$1/ca.key"
		--controllers='*,bootstrap-signer-controller,token-cleaner-controller'
	)
}
