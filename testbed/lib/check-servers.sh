# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What check asks the registries, S3, Kafka and the worker image. Sourced by check, never run.
# shellcheck disable=SC2154  # names of the other files

registry_takes_both() {
	local kind
	for kind in oci v2s2; do
		inside skopeo --insecure-policy copy --quiet --dest-tls-verify=false --format "$kind" \
			"oci:$cache/oci/tools" "docker://$registry/check/$kind:1"
		inside skopeo --insecure-policy copy --quiet --src-tls-verify=false "docker://$registry/check/$kind:1" "dir:$work/$kind"
	done
	grep -q application/vnd.oci.image.manifest.v1+json "$work/oci/manifest.json"
	grep -q application/vnd.docker.distribution.manifest.v2+json "$work/v2s2/manifest.json"
}

registry_uploads() {
	local url=http://$registry/v2/check/parts place digest
	printf 'one,two' >"$work/blob"
	digest=sha256:$(sha256sum "$work/blob" | cut -c1-64)
	place=$(location -X POST "$url/blobs/uploads/")
	place=$(location -X PATCH -H 'Content-Type: application/octet-stream' -H 'Content-Range: 0-3' --data-binary one, "$place")
	place=$(location -X PATCH -H 'Content-Type: application/octet-stream' -H 'Content-Range: 4-6' --data-binary two "$place")
	gives 201 code -X PUT "$place&digest=$digest"
	gives one,two inside curl -sf "$url/blobs/$digest"
	gives two inside curl -sf -r 4-6 "$url/blobs/$digest"
	gives 201 code -X POST "http://$registry/v2/check/mounted/blobs/uploads/?mount=$digest&from=check/parts"
	gives 202 code -X DELETE "http://$registry/v2/check/oci/manifests/$(digest_of check/oci:1)"
}

code() { inside curl -s -o /dev/null -w '%{http_code}' "$@"; }
location() { inside curl -sfi "$@" | tr -d '\r' | sed -n 's/^Location: //ip'; }

member_runs() { in_check wait --for=jsonpath='{.status.phase}'=Succeeded pod/member --timeout=30s; }

outsider_does_not() {
	await 20 gives Pending field pod/outsider .status.phase
	await 20 outsider_was_told 'no basic auth credentials'
}

outsider_was_told() {
	[[ $(in_check get events --field-selector involvedObject.name=outsider -o 'jsonpath={.items[*].message}') == *"$1"* ]]
}

# The box signs a request and sends it; a pod sends the same head again, with another body of the same length.
s3_from_pod() {
	"$here/bed" s3 make check
	replay "$(signed_head --request PUT --data-binary 'from here')" 'from pod ' | grep '^HTTP/1.1 200 '
	"$here/bed" s3 get check/object "$work/object"
	gives 'from pod ' cat "$work/object"
	replay "$(signed_head)" '' | grep 'from pod $'
}

signed_head() {
	inside curl -sv --aws-sigv4 aws:amz:us-east-1:s3 --user "$user:$password" --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
		"$@" http://box.local:7070/check/object 2>&1 | tr -d '\r' | sed -n 's/^> //p' | grep .
}

# replay HEAD BODY: sends it from a pod and prints the answer.
replay() { printf '%s\r\n\r\n%s' "${1//$'\n'/$'\r\n'}" "$2" | from_pod nc -w 10 box.local 7070; }

s3_over_tls() {
	gives 'from pod ' inside curl -sf --cacert "$pki/ca.crt" --aws-sigv4 aws:amz:us-east-1:s3 --user "$user:$password" \
		https://check.box.local:7443/object
}

s3_refuses() {
	local code
	code=$(inside curl -s -o /dev/null -w '%{http_code}' --aws-sigv4 aws:amz:us-east-1:s3 --user stranger:stranger-secret \
		http://box.local:7070/check/object)
	gives 403 printf '%s' "$code"
}

kafka_by_password() {
	cat >"$work/client.properties" <<-END
		security.protocol=SASL_SSL
		sasl.mechanism=SCRAM-SHA-256
		sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="$user" password="$password";
		ssl.truststore.type=PEM
		ssl.truststore.location=$pki/ca.crt
	END
	kafka_tool_at box.local:9093 tools.TopicCommand --command-config "$work/client.properties" --create --topic check-lines
}

worker_answers() {
	in_check wait --for=condition=Ready pod/worker --timeout=120s
	worker /connector-plugins >"$work/plugins"
	grep -q org.apache.iceberg.connect.IcebergSinkConnector "$work/plugins"
	grep -q org.apache.kafka.connect.file.FileStreamSourceConnector "$work/plugins"
}

worker() { inside curl -sf "${@:2}" "http://$(field pod/worker .status.podIP):8083$1"; }

# File source, topic, file sink: what comes out is what went in.
lines_come_out() {
	in_check exec worker -- sh -c 'seq 1000 >/tmp/in'
	connector source '"connector.class": "FileStreamSource", "file": "/tmp/in", "topic": "check-lines"'
	connector sink '"connector.class": "FileStreamSink", "file": "/tmp/out", "topics": "check-lines"'
	await 60 in_check exec worker -- cmp /tmp/in /tmp/out
}

connector() {
	worker "/connectors/$1/config" -X PUT -H 'Content-Type: application/json' --data \
		"{$2, \"key.converter\": \"org.apache.kafka.connect.storage.StringConverter\",
		\"value.converter\": \"org.apache.kafka.connect.storage.StringConverter\"}"
}
