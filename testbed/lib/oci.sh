# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Writes OCI image layouts with nothing but tar, gzip and sha256sum: the same bytes from the same files.
# One image lies in one directory of $store; images share the blobs of their base by hard links.
# Sourced after common.sh, never run.
# shellcheck disable=SC2154  # names of common.sh

store=$cache/oci
moment=1735689600 # 2025-01-01, the time of every file

# begin_image [BASE]: the image grows in $image, beside the store's, until finish_image gives it its name.
begin_image() {
	image=$work/image
	rm -rf "$image"
	mkdir -p "$image/blobs/sha256"
	printf '{"imageLayoutVersion":"1.0.0"}' >"$image/oci-layout"
	touch "$image/layers"
	[[ -n ${1:-} ]] || return 0
	cp "$store/$1/layers" "$image/layers"
	local digest
	while read -r _ digest _; do ln "$store/$1/blobs/sha256/$digest" "$image/blobs/sha256/"; done <"$image/layers"
}

# add_layer TREE [LIST]: a layer of the files of TREE, or of those only whose paths the file LIST holds, each ended by
# a zero byte. The line noted in "layers": digest of the tar, digest and size of the compressed tar.
add_layer() {
	local tree=$1 list=${2:-$work/list} layer=$work/layer digest
	[[ -n ${2:-} ]] || list_tree "$tree" >"$list"
	pack "$tree" "$list" >"$layer"
	digest=$(digest_of "$layer")
	nice -n 10 gzip --no-name "$layer"
	printf '%s %s\n' "$digest" "$(put_blob "$layer.gz")" >>"$image/layers"
}

# pack TREE LIST
pack() {
	tar --create --directory "$1" --format=gnu --numeric-owner --mtime="@$moment" --null --no-recursion --files-from="$2"
}

# Every path of a tree in an order that is the same everywhere, each ended by a zero byte.
list_tree() { find "$1" -mindepth 1 -printf '%P\0' | LC_ALL=C sort --zero-terminated; }

digest_of() { sha256sum <"$1" | cut -c1-64; }

# put_blob FILE: moves it into the image, prints digest and size.
put_blob() {
	local digest size
	digest=$(digest_of "$1")
	size=$(stat -c %s "$1")
	mv "$1" "$image/blobs/sha256/$digest"
	printf '%s %s' "$digest" "$size"
}

# finish_image NAME STAMP SETTINGS: SETTINGS are the members of the JSON object "config".
finish_image() {
	local name=$1 config manifest digest
	local diffs=() layers=() diff size
	while read -r diff digest size; do
		diffs+=("\"sha256:$diff\"")
		layers+=("$(descriptor application/vnd.oci.image.layer.v1.tar+gzip "$digest" "$size")")
	done <"$image/layers"
	printf '{"architecture":"%s","os":"linux","created":"%s","config":{%s},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
		"$(dpkg --print-architecture)" "$(date -u -d "@$moment" +%FT%TZ)" "$3" "$(join "${diffs[@]}")" >"$work/config"
	config=$(put_blob "$work/config")
	# shellcheck disable=SC2086  # digest and size are two words
	printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
		"$(descriptor application/vnd.oci.image.config.v1+json $config)" "$(join "${layers[@]}")" >"$work/manifest"
	manifest=$(put_blob "$work/manifest")
	# shellcheck disable=SC2086
	printf '{"schemaVersion":2,"manifests":[%s]}' "$(descriptor application/vnd.oci.image.manifest.v1+json $manifest)" \
		>"$image/index.json"
	printf '%s' "$2" >"$image/stamp"
	rm -rf "${store:?}/$name"
	mv "$image" "$store/$name"
}

descriptor() { printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$@"; }

join() { (IFS=, && printf '%s' "$*"); }
