// SPDX-License-Identifier: Apache-2.0

/* What Swift's Glibc module leaves out on Linux. */
#ifndef KITTIWAKE_CSYSTEM_H
#define KITTIWAKE_CSYSTEM_H

#include <elf.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

/* The importer gives enumerators types of their own; constants stay plain numbers. */
static const uint32_t system_epoll_in = EPOLLIN;
static const uint32_t system_epoll_out = EPOLLOUT;
static const uint32_t system_epoll_failed = EPOLLERR | EPOLLHUP;

/* Declared by hand, because the importer reads the header without _GNU_SOURCE. */
extern int pthread_setname_np(pthread_t, const char *);

static inline int system_epoll_new(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int system_epoll_set(int epoll, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.fd = fd}};
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline void system_epoll_remove(int epoll, int fd) {
    struct epoll_event event = {0};
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

/* The head of what <link.h> calls a dl_phdr_info: one of the files that the process is made of. Declared by hand, as
   pthread_setname_np. */
struct system_object {
    Elf64_Addr address;
    const char *name;
    const Elf64_Phdr *headers;
    Elf64_Half count;
};
extern int dl_iterate_phdr(int (*)(struct system_object *, size_t, void *), void *);

/* Code has nothing of its own in memory: the kernel maps it again from the file when it is called. Not so read-only data,
   where the loader has written addresses. */
static int system_forget_code(struct system_object *object, size_t size, void *unused) {
    const Elf64_Addr page = (Elf64_Addr)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)unused;
    for (Elf64_Half i = 0; i < object->count; i++) {
        const Elf64_Phdr *header = &object->headers[i];
        if (header->p_type != PT_LOAD || (header->p_flags & (PF_X | PF_W)) != PF_X) continue;
        Elf64_Addr begin = (object->address + header->p_vaddr) & ~(page - 1);
        Elf64_Addr end = object->address + header->p_vaddr + header->p_memsz;
        madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

/* The C library keeps what was freed; after a large list that is many pages. And much code is needed at the start only. */
static inline void system_give_memory_back(void) {
    malloc_trim(0);
    dl_iterate_phdr(system_forget_code, NULL);
}

/* Memory that was freed stays ours up to so much, in large blocks too: otherwise each block of a stream comes anew from the
   kernel, which clears it first. */
static inline void system_keep_freed_memory(int bytes) {
    mallopt(M_MMAP_THRESHOLD, bytes);
    mallopt(M_TRIM_THRESHOLD, bytes);
}

/* A file descriptor that is readable after a ring: wakes a thread out of epoll_wait. */
static inline int system_doorbell_new(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline void system_doorbell_ring(int fd) {
    uint64_t one = 1;
    ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored;
}

static inline void system_doorbell_answer(int fd) {
    uint64_t count;
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}

#endif
