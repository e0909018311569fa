#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the operator into the cluster that kubectl points at, and waits until it is available.
#
#   OPERATOR_NAMESPACE   where to                        (default: iceberg-system)
#   OPERATOR_IMAGE       name and tag                    (default: iceberg-connect-operator:latest)
#   REGISTRY             where the image is pulled from  (default: localhost:5000)
#   REGISTRY_ENDPOINTS   where to send layers for a registry, as registry=url,registry=url
#   WATCH_NAMESPACE      one namespace, several with commas between, or empty for all
#
# Safe to call again; a call with another image is an upgrade.
set -euo pipefail
cd "$(dirname "$0")"

namespace=${OPERATOR_NAMESPACE:-iceberg-system}
image=${REGISTRY:-localhost:5000}/${OPERATOR_IMAGE:-iceberg-connect-operator:latest}

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
		-e "/name: WATCH_NAMESPACE/{n;s|\"\"|\"${WATCH_NAMESPACE:-}\"|}" "$1"
}

rendered manifests/namespace.yaml | kubectl apply --server-side -f -
kubectl apply --server-side -f crds/
rendered manifests/operator-deployment.yaml | kubectl apply --server-side -f -
kubectl rollout status --timeout=300s --namespace "$namespace" deployment/iceberg-connect-operator
