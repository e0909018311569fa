// SPDX-License-Identifier: Apache-2.0

internal import CSystem

/// Has the C library keep memory that was freed, up to so many bytes for each of its arenas, instead of giving it back at
/// once. For a program that streams and ends: getting each block anew from the kernel, which clears it, takes a tenth of
/// its time. Counts for the whole process.
package func keepFreedMemory(upTo bytes: Int32) { system_keep_freed_memory(bytes) }
