# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Certificates and kubeconfigs, made with openssl. Sourced, never run.
# Every function works in the current directory.

# Its certificate appears last, so that half an authority is none.
make_authority() {
	[[ ! -e ca.crt ]] || return 0
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out ca.key 2>/dev/null
	openssl req -x509 -new -key ca.key -days 3650 -subj /CN=kittiwake-testbed -out ca.crt.part 2>/dev/null
	mv ca.crt.part ca.crt
}

# make_certificate NAME SUBJECT [ALTERNATIVE-NAMES]
make_certificate() {
	local name=$1 subject=$2 names=${3:+subjectAltName=$3}
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$name.key" 2>/dev/null
	openssl req -new -key "$name.key" -subj "$subject" |
		openssl x509 -req -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 8)" -days 3650 \
			-extfile <(certificate_extensions "$names") -out "$name.crt" 2>/dev/null
}

certificate_extensions() {
	printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature,keyEncipherment \
		extendedKeyUsage=serverAuth,clientAuth "$1"
}

# make_kubeconfig NAME SERVER: prints a kubeconfig for the certificate NAME.
make_kubeconfig() {
	cat <<-END
		apiVersion: v1
		kind: Config
		clusters: [{name: bed, cluster: {server: "$2", certificate-authority-data: $(base64 -w0 ca.crt)}}]
		users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
		contexts: [{name: bed, context: {cluster: bed, user: $1}}]
		current-context: bed
	END
}

# make_api_certificates ADDRESS…: what the API server and its administrator need.
make_api_certificates() {
	local names=DNS:localhost,IP:127.0.0.1,IP:10.96.0.1 address
	for address; do names+=,IP:$address; done
	names+=,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
	make_authority
	openssl genrsa -out sa.key 2048 2>/dev/null
	openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
	make_certificate apiserver /CN=kube-apiserver "$names"
	make_certificate apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
	make_certificate front-proxy /CN=front-proxy-client
	make_certificate admin /O=system:masters/CN=admin
}

# make_node_certificates NODE ADDRESS: what the other programs of a node need.
make_node_certificates() {
	local program
	make_certificate kubelet-server "/O=system:nodes/CN=system:node:$1" "IP:$2,DNS:$1"
	make_certificate kubelet "/O=system:nodes/CN=system:node:$1"
	for program in controller-manager scheduler proxy; do
		make_certificate "kube-$program" "/CN=system:kube-$program"
	done
}

# make_server_certificate ADDRESS NAME…: one for every server here that speaks TLS; server.pem, which holds the key too, is
# made last.
make_server_certificate() {
	local names="IP:127.0.0.1,DNS:localhost,IP:$1" name
	[[ ! -e server.pem ]] || return 0
	make_authority
	for name in "${@:2}"; do names+=",DNS:$name,DNS:*.$name"; done
	make_certificate server /CN=kittiwake-testbed-server "$names"
	(umask 077 && cat server.key server.crt >server.pem.part)
	mv server.pem.part server.pem
}
