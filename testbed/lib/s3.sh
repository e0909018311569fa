# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# S3 servers (versitygw on a directory). Sourced after process.sh and pki.sh, never run.
# shellcheck disable=SC2154  # names of the other files

# start_s3 NAME ADDRESS DOMAIN PORT [tls]: buckets are found by path and as BUCKET.DOMAIN. With tls by the certificate
# pki/server of $state. All servers of one $state have the same objects, in var/s3/objects.
start_s3() {
	local name=$1 address=$2 domain=$3 port=$4 options=() files=$state/var/s3
	[[ ${5:-} != tls ]] || options=(--cert "$state/pki/server.crt" --key "$state/pki/server.key")
	mkdir -p "$files"/{objects,attributes,users}
	[[ -e $files/users/users.json ]] || s3_users >"$files/users/users.json"
	ROOT_ACCESS_KEY=$user ROOT_SECRET_KEY=$password start "$name" "$bin/versitygw" \
		--port "$address:$port" --virtual-domain "$domain:$port" --region us-east-1 --health /health "${options[@]}" \
		--iam-dir "$files/users" posix --sidecar "$files/attributes" "$files/objects"
}

# Beside the one who may do everything, one who may do nothing. (Without this file an unknown access key gets 404.)
s3_users() {
	printf '{"accessAccounts":{"stranger":{"access":"stranger","secret":"stranger-secret","role":"user"}}}'
}
