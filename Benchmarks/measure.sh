# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the benchmarks share: running a program and noting what it took, medians, tables. Sourced after
# scripts/common.sh, never run.

# measured FILE COMMAND…: runs the command and adds a line to FILE: seconds, seconds of processor, kilobytes at its peak.
# What it prints goes to FILE.log.
measured() {
	local file=$1 begin end
	shift
	begin=${EPOCHREALTIME/,/.} # time(1) knows a hundredth of a second
	if ! /usr/bin/time --format '%U %S %M' --output "$file.last" "$@" >>"$file.log" 2>&1; then
		tail -n 5 "$file.log" >&2
		fail "a measured command failed: $*"
	fi
	end=${EPOCHREALTIME/,/.}
	awk -v begin="$begin" -v end="$end" '{ printf "%.3f %s %s\n", end - begin, $1 + $2, $3 }' "$file.last" >>"$file"
}

# median FILE COLUMN
median() {
	awk -v column="$2" '{ print $column }' "$1" | sort -g |
		awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

# record KEY=VALUE…: one JSON object on a line; numbers stay numbers.
record() {
	local pair key value text=
	for pair; do
		key=${pair%%=*} value=${pair#*=}
		[[ $value =~ ^-?[0-9]+(\.[0-9]+)?$ ]] || value="\"$value\""
		text+="${text:+,}\"$key\":$value"
	done
	printf '{%s}\n' "$text"
}

# machine: what the figures belong to.
machine() {
	printf '%s processors of %s, Linux %s' "$(nproc)" "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(uname -r)"
}
