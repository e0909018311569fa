# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Makes what the test bed runs, into the cache: programs in Go, Java libraries by Maven, Debian packages.
# What is there already is left alone. Sourced after common.sh, never run.
# shellcheck disable=SC2154  # names of common.sh

kubernetes_version=v1.36.4
versitygw=github.com/versity/versitygw/cmd/versitygw@v1.8.0
kafka_version=4.3.1
iceberg_version=1.11.0
kafka_libs=$cache/kafka-$kafka_version/libs
file_plugin=$cache/plugins/file-$kafka_version
iceberg_plugin=$cache/plugins/iceberg-$iceberg_version

# Debian packages that are unpacked into the cache instead of being installed: on a machine with systemd, installing
# them would start containerd, and a registry that listens on every address.
unpacked=(containerd runc containernetworking-plugins docker-registry)

build_bed() {
	local parts=("$@") part
	(($# > 0)) || parts=(light kubernetes s3 kafka images)
	for part in "${parts[@]}"; do
		[[ $part == @(light|kubernetes|registry|registry-auth|registry-full|s3|kafka|images) ]] || usage
	done
	mkdir -p "$bin"
	take_lock "$cache/build.lock"
	for part in "${parts[@]}"; do "build_$part"; done
}

build_light() {
	local program
	go_program kube "$(kube_flags)"
	for program in etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
		ln -sfn kube "$bin/$program"
	done
}

build_kubernetes() {
	install_packages
	build_light
	go_program dns '-s -w'
	build_registry
	"$here/image" build pause tools
}

build_registry() { unpack_packages; }
build_registry-auth() { unpack_packages; }
build_registry-full() { unpack_packages; }

build_s3() {
	local stamp=$bin/.versitygw.stamp
	if [[ -x $bin/versitygw && -e $stamp && $(<"$stamp") == "$versitygw" ]]; then return; fi
	require_go
	say "building versitygw"
	GOBIN=$bin CGO_ENABLED=0 nice -n 10 go install -trimpath -ldflags='-s -w' "$versitygw"
	printf '%s' "$versitygw" >"$stamp"
}

build_kafka() { jars kafka "$kafka_libs" "-Dkafka.version=$kafka_version"; }

build_images() {
	install_packages
	build_kafka
	jars connect-file "$file_plugin" "-Dkafka.version=$kafka_version"
	jars iceberg-sink "$iceberg_plugin" "-Diceberg.version=$iceberg_version"
	"$here/image" build connect-worker stand-in-worker
}

install_packages() { "$here/../scripts/toolchain" testbed; }

# The version that the programs report; a client decides by it what the server can do.
kube_flags() {
	local package=k8s.io/component-base/version rest=${kubernetes_version#v1.}
	printf -- '-s -w'
	printf -- ' -X %s.%s' "$package" gitVersion="$kubernetes_version" "$package" gitMajor=1 \
		"$package" gitMinor="${rest%%.*}" "$package" gitTreeState=clean "$package" buildDate=1970-01-01T00:00:00Z
}

# go_program MODULE LINKER-FLAGS: builds when the module or the flags differ from the last build.
go_program() {
	local module=$1 flags=$2 stamp=$bin/.$1.stamp sum packages_in_all
	sum=$({ cd "$here/programs/$module" && find . -type f | sort | xargs sha256sum && printf '%s' "$flags"; } | sha256sum)
	if [[ -x $bin/$module && -e $stamp && $(<"$stamp") == "$sum" ]]; then return; fi
	require_go
	say "fetching the sources of $module"
	packages_in_all=$(cd "$here/programs/$module" && CGO_ENABLED=0 go list -mod=readonly -deps . 2> >(errors_of_go) | wc -l)
	say "building $module"
	(cd "$here/programs/$module" && CGO_ENABLED=0 nice -n 10 \
		go build -v -mod=readonly -buildvcs=false -trimpath -ldflags "$flags" -o "$bin/.$module.part" . 2>&1) |
		show_packages "$packages_in_all" >&2
	mv -f "$bin/.$module.part" "$bin/$module"
	printf '%s' "$sum" >"$stamp"
}

errors_of_go() { grep -v '^go: downloading ' >&2 || true; }

# show_packages ALL: a line for each tenth of the packages that "go build -v" names; other lines as they are.
show_packages() {
	local line built=0 shown=0
	while read -r line; do
		case $line in
		'go: downloading '*) continue ;;
		*[\ :]*) printf '%s\n' "$line" && continue ;;
		esac
		built=$((built + 1))
		if ((10 * built / $1 > shown)); then
			shown=$((10 * built / $1))
			say "  $built of $1 packages"
		fi
	done
}

require_go() {
	local version
	version=$(go env GOVERSION 2>/dev/null) || fail "Go 1.26 or newer is needed"
	printf 'go1.26\n%s\n' "$version" | sort --check=quiet --version-sort || fail "Go 1.26 or newer is needed, found $version"
}

# jars POM FOLDER OPTION…: the runtime jars of a pom in a folder, whole or not at all; again when the pom or an option
# changes.
jars() {
	local pom=$here/maven/$1/pom.xml folder=$2 sum
	shift 2
	sum=$({ cat "$pom" && printf '%s\n' "$@"; } | sha256sum)
	if [[ -e $folder/.stamp && $(<"$folder/.stamp") == "$sum" ]]; then return; fi
	command -v mvn >/dev/null || fail "Maven is needed"
	say "fetching $folder"
	rm -rf "$folder.part"
	nice -n 10 mvn --quiet --batch-mode -Dstyle.color=never --file "$pom" "$@" \
		dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$folder.part" >&2
	printf '%s' "$sum" >"$folder.part/.stamp"
	rm -rf "$folder"
	mv "$folder.part" "$folder"
}

unpack_packages() {
	local part=$packages.part file
	if [[ -e $packages/.stamp && $(<"$packages/.stamp") == "${unpacked[*]}" ]]; then return; fi
	say "unpacking ${unpacked[*]}"
	rm -rf "$part" && mkdir -p "$part/archives"
	download_packages "$part" || { "$here/../scripts/toolchain" sources && download_packages "$part"; } ||
		fail "cannot download: $(<"$part/download.log")"
	for file in "$part"/archives/*.deb; do dpkg-deb --extract "$file" "$part"; done
	rm -rf "$part/archives" "$part/download.log"
	printf '%s' "${unpacked[*]}" >"$part/.stamp"
	rm -rf "$packages"
	mv "$part" "$packages"
}

download_packages() { (cd "$1/archives" && apt-get download -qq -t trixie "${unpacked[@]}" 2>"$1/download.log"); }
