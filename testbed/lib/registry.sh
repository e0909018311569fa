# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Image registries (docker-registry). Sourced after process.sh and pki.sh, never run.
# shellcheck disable=SC2154  # names of the other files

# start_registry NAME ADDRESS:PORT [tls] [auth]: with tls by the certificate pki/server of $state, with auth only for
# $user. Its files lie in var/NAME. Every request is in its log.
start_registry() {
	local name=$1 address=$2 option
	shift 2
	mkdir -p "$state/etc" "$state/var/$name"
	{
		cat <<-END
			version: 0.1
			log: {level: warn}
			storage:
			  filesystem: {rootdirectory: "$state/var/$name"}
			  delete: {enabled: true}
			http:
			  addr: "$address"
		END
		for option; do "registry_$option"; done
	} >"$state/etc/$name.yaml"
	start "$name" docker-registry serve "$state/etc/$name.yaml"
}

registry_tls() { printf '  tls: {certificate: "%s", key: "%s"}\n' "$state"/pki/server.{crt,key}; }

registry_auth() {
	local file=$state/etc/htpasswd
	[[ -e $file ]] || printf '%s:%s\n' "$user" "$(bcrypt "$password")" >"$file"
	printf 'auth:\n  htpasswd: {realm: kittiwake, path: "%s"}\n' "$file"
}

# The registry takes no other kind of hash.
bcrypt() {
	# shellcheck disable=SC2016  # Perl's own variables
	perl -e 'print crypt($ARGV[0], q($2y$05$) . join "", map { (q(.), q(/), 0 .. 9, "A" .. "Z", "a" .. "z")[rand 64] } 1 .. 22)' "$1"
}
