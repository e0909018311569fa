#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the operator into the cluster that kubectl points at, and waits until it is available.
#
#   OPERATOR_NAMESPACE   where to                        (default: iceberg-system)
#   OPERATOR_IMAGE       name and tag, or name@digest    (default: iceberg-connect-operator:latest)
#   REGISTRY             where the image is pulled from  (default: localhost:5000)
#   REGISTRY_ENDPOINTS   where to send layers for a registry, as registry=url,registry=url
#   REGISTRY_CA_FILE     a file of authorities for registries, PEM
#   AWS_CA_BUNDLE        a file of authorities for S3, PEM
#   WATCH_NAMESPACE      one namespace, several with commas between, or empty for all
#
# Safe to call again; a call with another image is an upgrade.
set -euo pipefail

namespace=${OPERATOR_NAMESPACE:-iceberg-system}
image=${REGISTRY:-localhost:5000}/${OPERATOR_IMAGE:-iceberg-connect-operator:latest}
registry_ca=${REGISTRY_CA_FILE:+$(realpath "$REGISTRY_CA_FILE")}
storage_ca=${AWS_CA_BUNDLE:+$(realpath "$AWS_CA_BUNDLE")}
cd "$(dirname "$0")"

# A value that goes into a YAML text as it is must not be able to end it.
require_plain() {
	[[ $2 =~ ^[A-Za-z0-9._:/@=,-]*$ ]] || {
		printf '%s: "%s" has a character that is not allowed here\n' "$1" "$2" >&2
		exit 2
	}
}

require_plain OPERATOR_NAMESPACE "$namespace"
require_plain OPERATOR_IMAGE "$image"
require_plain REGISTRY_ENDPOINTS "${REGISTRY_ENDPOINTS:-}"
require_plain WATCH_NAMESPACE "${WATCH_NAMESPACE:-}"

rendered() {
	sed -e "s|\(name\|namespace\): iceberg-system\$|\1: $namespace|" \
		-e "s|iceberg-connect-operator:latest|$image|" \
		-e "/name: REGISTRY_ENDPOINTS/{n;s|\"\"|\"${REGISTRY_ENDPOINTS:-}\"|}" \
		-e "/name: REGISTRY_CA_FILE/{n;s|\"\"|\"${registry_ca:+/etc/kittiwake/registry.crt}\"|}" \
		-e "/name: AWS_CA_BUNDLE/{n;s|\"\"|\"${storage_ca:+/etc/kittiwake/storage.crt}\"|}" \
		-e "s|authorities: \"\" #.*|authorities: \"$digest\"|" \
		-e "/name: WATCH_NAMESPACE/{n;s|\"\"|\"${WATCH_NAMESPACE:-}\"|}" "$1"
}

authorities() {
	kubectl create configmap iceberg-connect-operator-authorities --namespace "$namespace" --dry-run=client -o yaml \
		${registry_ca:+"--from-file=registry.crt=$registry_ca"} ${storage_ca:+"--from-file=storage.crt=$storage_ca"}
}

digest=
[[ -z $registry_ca$storage_ca ]] || digest=$(authorities | sha256sum | cut -c1-16)
rendered manifests/namespace.yaml | kubectl apply --server-side -f -
kubectl apply --server-side -f crds/
[[ -z $digest ]] || authorities | kubectl apply --server-side -f -
rendered manifests/operator-deployment.yaml | kubectl apply --server-side -f -
kubectl rollout status --timeout=300s --namespace "$namespace" deployment/iceberg-connect-operator
