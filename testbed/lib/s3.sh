# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# S3 servers (versitygw on a directory). Sourced after process.sh and pki.sh, never run.
# shellcheck disable=SC2154  # names of the other files

# start_s3 NAME ADDRESS:PORT [tls]: with tls by the certificate pki/server of $state. All servers of one $state have
# the same objects, in var/s3/objects.
start_s3() {
	local name=$1 address=$2 options=() files=$state/var/s3
	[[ ${3:-} != tls ]] || options=(--cert "$state/pki/server.crt" --key "$state/pki/server.key")
	mkdir -p "$files"/{objects,attributes,users}
	# Without a directory of users it would answer an unknown access key by 404.
	ROOT_ACCESS_KEY=$user ROOT_SECRET_KEY=$password start "$name" "$bin/versitygw" \
		--port "$address" --region us-east-1 --health /health "${options[@]}" \
		--iam-dir "$files/users" posix --sidecar "$files/attributes" "$files/objects"
}
