# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the images are made of. Sourced after oci.sh and build.sh, never run.
# shellcheck disable=SC2154  # names of the other files

suite=trixie
path_setting='"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","LANG=C.UTF-8"]'

# make NAME: makes the image and its base when a recipe or something that goes into it differs from the last time.
make() {
	local name=$1 stamp base
	[[ $(type -t "make_$name") == function ]] || fail "no such image: $name"
	base=$(base_of "$name")
	[[ -z $base ]] || make "$base"
	stamp=$({ declare -f add_layer pack finish_image "make_$name" && "inputs_of_$name"; } | sha256sum | cut -c1-64)
	if [[ -e $store/$name/stamp && $(<"$store/$name/stamp") == "$stamp" ]]; then return; fi
	# shellcheck disable=SC2086  # no base is no word
	step "image $name" make_from "$name" "$base" "$stamp"
}

make_from() {
	# shellcheck disable=SC2086  # no base is no word
	begin_image $2
	"make_$1"
	finish_image "$1" "$3" "$settings"
}

base_of() {
	case $1 in
	pause) printf tools ;;
	jre) printf debian ;;
	connect-worker) printf jre ;;
	esac
}

# A busybox with a link for each of its commands.
inputs_of_tools() { digest_of "$(command -v busybox)"; }
make_tools() {
	local root=$work/tools command
	mkdir -p "$root"/{bin,etc,tmp,var,root,proc,sys,dev,usr/bin}
	chmod 1777 "$root/tmp"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for command in $(busybox --list); do
		[[ $command == busybox ]] || ln -sf busybox "$root/bin/$command"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnobody:x:65534:\n' >"$root/etc/group"
	add_layer "$root"
	settings='"Env":["PATH=/bin:/usr/bin"],"Cmd":["/bin/sh"]'
}

# The first container of every pod: it only has to stay.
inputs_of_pause() { cat "$store/tools/stamp"; }
make_pause() { settings='"Entrypoint":["/bin/sleep","2147483647"]'; }

inputs_of_debian() { printf '%s' "$suite" && declare -f bootstrap; }
make_debian() {
	bootstrap "$work/debian"
	add_layer "$work/debian"
	settings=$path_setting,'"Cmd":["/bin/bash"]'
}

# The same Debian with Java: what differs is the second layer.
inputs_of_jre() { cat "$store/debian/stamp" && declare -f differences; }
make_jre() {
	bootstrap "$work/jre" openjdk-21-jre-headless
	mkdir "$work/base"
	while read -r _ digest _; do tar --extract --gzip --directory "$work/base" --file "$image/blobs/sha256/$digest"; done <"$image/layers"
	differences "$work/base" "$work/jre" >"$work/differences"
	add_layer "$work/jre" "$work/differences"
	settings=$path_setting,'"Cmd":["/usr/bin/java","-version"]'
}
