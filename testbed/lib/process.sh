# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Programs in the background. Each has a log and a file with its process id under the directory $state.
# Sourced after common.sh, never run.
# shellcheck disable=SC2154  # state: set by the command

# What a program is started through; the bed enters its namespaces here.
through=(setsid)

# start NAME COMMAND…: does nothing where NAME runs already. The working directory is $state, save in the bed.
start() {
	local name=$1
	shift
	! is_up "$name" || return 0
	mkdir -p "$state/run" "$state/log"
	(
		cd "$state" && exec "${through[@]}" "$@" >>"$state/log/$name.log" 2>&1 </dev/null 9>&-
	) &
	remember $! "$state/run/$name.pid"
	disown
}

# end NAME: killed, not asked: nothing of what it would save on its way out is kept. In the bed the process
# noted is one that entered the namespaces, and the program is its child.
end() {
	local processes
	pid_of "$1" >/dev/null || return 0
	processes=$(pid_of "$1")
	processes+=" $(pgrep --parent "$processes" || true)"
	# shellcheck disable=SC2086  # one word for each process
	kill -KILL $processes 2>/dev/null || true
	# shellcheck disable=SC2086
	await 10 have_ended $processes || fail "$1 does not end: process $processes"
	rm -f "$state/run/$1.pid"
}

have_ended() {
	local process
	for process; do [[ -z $(started_at "$process") ]] || return 1; done
}

# await_program NAME SECONDS COMMAND…: until the command succeeds. Fails at once when the program ends.
await_program() {
	local name=$1 end=$((SECONDS + $2))
	shift 2
	until "$@" >/dev/null 2>&1; do
		is_up "$name" && ((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# require_program NAME SECONDS COMMAND…: the same, and the end of the command if it does not come about.
require_program() {
	await_program "$@" && return
	tail -n 5 "$state/log/$1.log" >&2
	fail "$1 is not ready: see $state/log/$1.log"
}

# start_on_free_port NAME START READY: START is a function that starts NAME on $port, READY one that tells whether it answers
# there. Somebody else may take a port that was free a moment ago.
start_on_free_port() {
	local name=$1 attempt
	for attempt in 1 2 3 4 5; do
		port=$(free_port)
		"$2"
		await_program "$name" 180 "$3" && return
		say "attempt $attempt on port $port failed: $(tail -n 1 "$state/log/$name.log")"
		end "$name"
	done
	fail "$name did not start: see $state/log/$name.log"
}

# claim DIRECTORY: makes it $state, of programs that belong to nobody else.
claim() {
	mkdir -p "$1"
	state=$(realpath "$1")
	[[ -z $(ls -A "$state") ]] || fail "$state is not empty"
	touch "$state/.kittiwake-testbed"
}

# release DIRECTORY: ends its programs and removes it.
release() {
	local file
	[[ -e $1 ]] || return 0
	state=$(realpath "$1")
	[[ -e $state/.kittiwake-testbed ]] || fail "$state is not of the test bed"
	for file in "$state"/run/*.pid; do
		[[ ! -e $file ]] || end "$(basename "$file" .pid)"
	done
	rm -rf "$state"
}

is_up() { pid_of "$1" >/dev/null; }
pid_of() { pid_in "$state/run/$1.pid"; }

# remember PID FILE: notes a process with the moment of its start, as numbers are given out again.
remember() { printf '%s %s\n' "$1" "$(started_at "$1")" >"$2"; }

# The process id noted in a file, if that very process still runs.
pid_in() {
	local pid moment
	[[ -s $1 ]] || return 1
	read -r pid moment <"$1"
	[[ -n $moment && $(started_at "$pid") == "$moment" ]] && printf '%s' "$pid"
}

# Ticks after the machine's start; nothing for a process that has ended, even if its parent has not yet asked about it.
# As long as another of its threads runs it has not: it may still listen. In /proc/PID/stat the state is the first field
# after the name, the number of threads the eighteenth, this the twentieth.
started_at() {
	local line fields
	{ line=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
	read -ra fields <<<"${line##*) }"
	[[ ${fields[0]} == X || ${fields[0]} == Z && ${fields[17]} -le 1 ]] || printf '%s' "${fields[19]}"
}
