# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Builds the programs of the test bed from source, into $bin. Sourced after common.sh, never run.
# shellcheck disable=SC2154  # here, bin: set by common.sh

kubernetes_version=v1.36.4

build_kube() {
	local program
	build_program kube "$(kube_flags)"
	for program in etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
		ln -sfn kube "$bin/$program"
	done
}

# The version that the programs report; a client decides by it what the server can do.
kube_flags() {
	local package=k8s.io/component-base/version rest=${kubernetes_version#v1.}
	printf -- '-s -w'
	printf -- ' -X %s.%s' "$package" gitVersion="$kubernetes_version" "$package" gitMajor=1 \
		"$package" gitMinor="${rest%%.*}" "$package" gitTreeState=clean "$package" buildDate=1970-01-01T00:00:00Z
}

# build_program MODULE LINKER-FLAGS: builds when the module or the flags differ from the last build.
build_program() {
	local module=$1 flags=$2 stamp=$bin/.$1.stamp sum
	sum=$(module_sum "$module" "$flags")
	if [[ -x $bin/$module && -e $stamp && $(<"$stamp") == "$sum" ]]; then return; fi
	require_go
	say "building $module"
	(cd "$here/programs/$module" && CGO_ENABLED=0 nice -n 10 \
		go build -mod=readonly -buildvcs=false -trimpath -ldflags "$flags" -o "$bin/.$module.part" .)
	mv -f "$bin/.$module.part" "$bin/$module"
	printf '%s' "$sum" >"$stamp"
}

module_sum() {
	{
		(cd "$here/programs/$1" && find . -type f | sort | xargs sha256sum)
		printf '%s' "$2"
	} | sha256sum
}

require_go() {
	local version
	version=$(go env GOVERSION 2>/dev/null) || fail "Go 1.26 or newer is needed"
	printf 'go1.26\n%s\n' "$version" | sort --check=quiet --version-sort || fail "Go 1.26 or newer is needed, found $version"
}
