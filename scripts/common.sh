# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts share: they run in the repository's folder. Sourced, never run.
# shellcheck disable=SC2034  # used by the scripts that source this file

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/lib.sh"
cd "$root" || exit

swift_flags=(--explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors)
