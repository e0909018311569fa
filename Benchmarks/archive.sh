# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The image that is copied: about 1 GB of real programs, jars and texts, as "docker save" writes it. Sourced after
# scripts/common.sh, never run.
#
# The test bed's worker image (Debian, Java, Kafka Connect, the Iceberg sink), and above it two layers of the Swift
# toolchain: programs and texts. The same packages give the same bytes.

readonly toolchain_folder=/usr/libexec/swift
readonly programs=(swift-frontend lld clangd swift-package sourcekit-lsp llvm-ar docc)
readonly texts='.*\.(h|json|md|modulemap|py|swiftinterface|txt)'
readonly epoch=1735689600 # a fixed moment for every file

# make_archives FOLDER: first.tar, and then one after the other with one more layer changed: settings.tar (a layer of some
# kilobytes), texts.tar (64 MB), jars.tar (194 MB).
make_archives() {
	local work=$1.part layer
	[[ ! -e $1/jars.tar ]] || return 0
	rm -rf --one-file-system "$work"
	mkdir -p "$work/image/blobs/sha256" "$work/worker"
	testbed/bed build images
	testbed/image build connect-worker
	testbed/image save connect-worker "$work/worker.tar"
	tar --extract --file "$work/worker.tar" --directory "$work/worker"
	# The order of the layers is that of the manifest; the archive's own names do not matter.
	grep -o '"Layers":\[[^]]*\]' "$work/worker/manifest.json" | grep -o '[0-9a-f]*\.tar' >"$work/layers"
	: >"$work/diffs"
	while read -r layer; do add_layer "$work" "$work/worker/$layer"; done <"$work/layers"
	printf 'bin/%s\n' "${programs[@]}" | layer_of "$work/programs.tar"
	add_layer "$work" "$work/programs.tar"
	(cd "$toolchain_folder" && find . -type f -regextype posix-extended -regex "$texts") |
		LC_ALL=C sort | layer_of "$work/texts.tar"
	add_layer "$work" "$work/texts.tar"
	mkdir -p "$1"
	write_archive "$work" "$1/first.tar"
	change_layer "$work" 6
	write_archive "$work" "$1/settings.tar"
	change_layer "$work" 8
	write_archive "$work" "$1/texts.tar"
	change_layer "$work" 5
	write_archive "$work" "$1/jars.tar.part"
	mv "$1/jars.tar.part" "$1/jars.tar"
	rm -rf --one-file-system "$work"
}

# layer_of TAR: a layer of the toolchain's files that are named on standard input.
layer_of() {
	tar --create --file "$1" --directory "$toolchain_folder" --format=gnu --owner=0 --group=0 --numeric-owner \
		--mtime="@$epoch" --no-recursion --files-from=-
}

# add_layer WORK TAR: moves it into the image by its digest.
add_layer() {
	local digest
	digest=$(sha256sum <"$2" | cut -c1-64)
	mv "$2" "$1/image/blobs/sha256/$digest"
	printf '%s\n' "$digest" >>"$1/diffs"
}

# change_layer WORK NUMBER: one more file at the end of the layer.
change_layer() {
	local work=$1 new=$1/changed-layer old digest
	old=$(sed -n "$2p" "$work/diffs")
	mv "$work/image/blobs/sha256/$old" "$new"
	printf 'changed\n' >"$work/CHANGES"
	tar --append --file "$new" --directory "$work" --format=gnu --owner=0 --group=0 --numeric-owner \
		--mtime="@$epoch" CHANGES
	mv "$work/diffs" "$work/diffs.old"
	: >"$work/diffs"
	while read -r digest; do
		if [[ $digest == "$old" ]]; then add_layer "$work" "$new"; else printf '%s\n' "$digest" >>"$work/diffs"; fi
	done <"$work/diffs.old"
}

# write_archive WORK TAR
write_archive() {
	local work=$1 config digest
	config=$work/config
	printf '{"architecture":"amd64","os":"linux","created":"2025-01-01T00:00:00Z","config":{"Cmd":["/usr/bin/java"]},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
		"$(sed 's/.*/"sha256:&"/' "$work/diffs" | paste -sd,)" >"$config"
	digest=$(sha256sum <"$config" | cut -c1-64)
	cp "$config" "$work/image/blobs/sha256/$digest"
	printf '[{"Config":"blobs/sha256/%s","RepoTags":["bench:1"],"Layers":[%s]}]' "$digest" \
		"$(sed 's|.*|"blobs/sha256/&"|' "$work/diffs" | paste -sd,)" >"$work/image/manifest.json"
	tar --create --file "$2" --directory "$work/image" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
		--mtime="@$epoch" blobs manifest.json
	rm "$work/image/blobs/sha256/$digest"
}
