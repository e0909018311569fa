# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
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
	timed "image $name" make_from "$name" "$base" "$stamp"
}

make_from() {
	# shellcheck disable=SC2086  # no base is no word
	begin_image $2
	"make_$1"
	finish_image "$1" "$3" "$settings"
}

base_of() {
	case $1 in
	pause | stand-in-worker) printf tools ;;
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

# Started as a Connect worker is, it answers at once that it is one, without connectors and without Kafka: for tests of what
# is around workers.
inputs_of_stand-in-worker() { cat "$store/tools/stamp"; }
make_stand-in-worker() {
	local root=$work/stand-in
	mkdir -p "$root"/{usr/bin,srv,app/config}
	# The first process of a container ends by a signal only if it says so.
	printf '#!/bin/sh\ntrap "exit 0" TERM\nhttpd -f -p 8083 -h /srv &\nwait\n' >"$root/usr/bin/java"
	chmod 755 "$root/usr/bin/java"
	printf '{"version":"0.0.0","commit":"stand-in","kafka_cluster_id":"stand-in"}\n' >"$root/srv/index.html"
	printf '[]\n' >"$root/srv/connectors"
	add_layer "$root"
	settings='"Env":["PATH=/bin:/usr/bin"],"User":"65532:65532","WorkingDir":"/app"'
}

inputs_of_debian() { printf '%s' "$suite" && declare -f bootstrap; }
make_debian() {
	bootstrap "$work/debian"
	add_layer "$work/debian"
	settings=$path_setting,'"Cmd":["/bin/bash"]'
}

# The same Debian with Java: what differs is the second layer.
inputs_of_jre() { cat "$store/debian/stamp" && declare -f differences set_keystore_dates; }
make_jre() {
	bootstrap "$work/jre" openjdk-21-jre-headless
	set_keystore_dates "$work/jre/etc/ssl/certs/java/cacerts"
	mkdir "$work/base"
	while read -r _ digest _; do tar --extract --gzip --directory "$work/base" --file "$image/blobs/sha256/$digest"; done <"$image/layers"
	differences "$work/base" "$work/jre" >"$work/differences"
	add_layer "$work/jre" "$work/differences"
	settings=$path_setting,'"Cmd":["/usr/bin/java","-version"]'
}

# The layout of a user's worker image. Of /app/libs every jar is a plug-in to Connect, where the plug-in path names it, and
# finding out what is in one takes about a second: only Connect's own and the client are there, what these need is in
# /app/kafka-libs. The broker stays out.
inputs_of_connect-worker() {
	[[ -e $iceberg_plugin/.stamp ]] || fail "the jars are missing: run $here/bed build images"
	cat "$store/jre/stamp" "$kafka_libs/.stamp" "$file_plugin/.stamp" "$iceberg_plugin/.stamp" "$here/etc/log4j2.yaml"
}
make_connect-worker() {
	local root=$work/worker
	mkdir -p "$root"/{libs,kafka-libs,file,iceberg}/app "$root/file/app/config"
	mkdir "$root/libs/app/libs" "$root/kafka-libs/app/kafka-libs" "$root"/{file,iceberg}/app/plugins
	cp "$kafka_libs"/*.jar "$root/kafka-libs/app/kafka-libs/"
	rm "$root"/kafka-libs/app/kafka-libs/{kafka_2.13,scala-}*.jar
	mv "$root"/kafka-libs/app/kafka-libs/{connect,kafka-clients}-*.jar "$root/libs/app/libs/"
	make_log_jar "$root/kafka-libs/app/kafka-libs/console-log.jar"
	cp -r "$iceberg_plugin" "$root/iceberg/app/plugins/iceberg"
	cp -r "$file_plugin" "$root/file/app/plugins/file"
	rm "$root"/*/app/plugins/*/.stamp
	chmod -R u=rwX,go=rX "$root"
	for layer in libs kafka-libs iceberg file; do add_layer "$root/$layer"; done
	settings=$path_setting,'"User":"65532:65532","WorkingDir":"/app"'
}

# Only jars of a directory are on the class path, so the configuration of the log is in one.
make_log_jar() { jar --create --file "$1" --no-manifest --date="$(date -u -d "@$moment" +%FT%TZ)" -C "$here/etc" log4j2.yaml; }

# bootstrap DIRECTORY [PACKAGE…]: a minimal Debian without manuals and package lists. Java's packages want a directory for
# manuals even so.
bootstrap() {
	local directory=$1 packages
	shift
	packages=$(IFS=, && printf '%s' "ca-certificates${*:+,$*}")
	# shellcheck disable=SC2016  # expanded by the hook's shell
	SOURCE_DATE_EPOCH=$moment nice -n 10 mmdebstrap --quiet --mode=root --variant=essential --include="$packages" \
		--dpkgopt=path-exclude='/usr/share/man/*' --dpkgopt=path-exclude='/usr/share/locale/*' \
		--dpkgopt=path-exclude='/usr/share/doc/*' --dpkgopt=path-include='/usr/share/doc/*/copyright' \
		--aptopt='Apt::Install-Recommends "false"' \
		--essential-hook='mkdir -p "$1/usr/share/man/man1"' \
		--customize-hook='rm -rf "$1"/var/cache/* "$1"/var/log/* "$1"/etc/resolv.conf "$1"/etc/hostname' \
		"$suite" "$directory" >&2
	rm -rf --one-file-system "${directory:?}"/dev/* "$directory/var/lib/apt/lists"
}

# The store of authorities holds the moment at which each was added; every one becomes that of the files. At its end is a digest
# of its password, two words and all that is before.
set_keystore_dates() {
	local body=$1.body
	perl -e '
		local $/; my $store = <STDIN>; my $at = 12; my $moment = pack "Q>", $ARGV[0] * 1000;
		for (1 .. unpack "N", substr $store, 8, 4) {
			$at += 4;
			$at += 2 + unpack "n", substr $store, $at, 2;
			substr($store, $at, 8) = $moment;
			$at += 8;
			$at += 2 + unpack "n", substr $store, $at, 2;
			$at += 4 + unpack "N", substr $store, $at, 4;
		}
		print substr $store, 0, $at' "$moment" <"$1" >"$body"
	{
		cat "$body"
		{ printf 'changeit' | sed 's/./\x00&/g' && printf 'Mighty Aphrodite' && cat "$body"; } | sha1sum | cut -c1-40 |
			perl -ne 'chomp; print pack "H*", $_'
	} >"$1"
	rm "$body"
}

# differences OLD NEW: the paths, each ended by a zero byte, that are new in NEW or differ there. None may be missing.
differences() {
	local missing
	missing=$(comm -z -23 <(list_tree "$1") <(list_tree "$2") | tr '\0' ' ')
	[[ -z $missing ]] || fail "in $2 are missing: $missing"
	comm -z -13 <(describe_tree "$1") <(describe_tree "$2") | cut -z -f1 | LC_ALL=C sort --zero-terminated --unique
}

# Kind, mode, owner and target of each path, and the digest of each file.
describe_tree() {
	(
		cd "$1" || exit
		find . -mindepth 1 -printf '%P\t%y %m %U:%G %l\0'
		find . -type f -print0 | xargs -0 sha256sum --zero | sed -z 's|^\([0-9a-f]*\)  \./\(.*\)|\2\t\1|'
	) | LC_ALL=C sort --zero-terminated
}
