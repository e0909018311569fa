# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the demonstration and the cluster tests do to a bed before they begin. Sourced after common.sh, never run.

# upload_image NAME FILE: an image of the test bed into s3://my-bucket/images/FILE, as a user does it with "docker save"
# and "aws s3 cp". The archive stays in dist.
upload_image() {
	mkdir -p dist
	testbed/image build "$1"
	testbed/image save "$1" "dist/$2"
	say "$2: $(($(stat -c %s "dist/$2") / 1000000)) MB"
	upload_archive "dist/$2" "$2"
}

# upload_archive ARCHIVE FILE: the same with an archive that is there.
upload_archive() {
	testbed/bed s3 make my-bucket
	testbed/bed s3 put "$1" "my-bucket/images/$2"
}

# install_operator TAG [ENDPOINT]: by digest, so that a node that has an older image of the same tag cannot take that one.
# ENDPOINT is another entry of the operator's REGISTRY_ENDPOINTS.
install_operator() {
	local reference
	reference=$(testbed/bed in dist/kittiwake image copy --quiet \
		dist/kittiwake-image.tar "localhost:5000/iceberg-connect-operator:$1")
	say "operator image: $reference"
	# To the kubelet the default registry localhost:5000 is the node, to a pod it would be the pod itself.
	REGISTRY=${reference%%/*} OPERATOR_IMAGE=${reference#*/} \
		REGISTRY_ENDPOINTS=localhost:5000=http://registry.local:5000${2:+,$2} \
		testbed/bed in deploy/deploy-operator.sh
}
