// SPDX-License-Identifier: Apache-2.0

/* The stream structs of ISA-L are tens of kilobytes of nested unions, so they stay behind a pointer. */
#ifndef KITTIWAKE_CISAL_H
#define KITTIWAKE_CISAL_H

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

/* Raw deflate, level 0 to 3. */
static inline void *_Nullable isal_deflater_new(int level) {
    static const uint32_t sizes[] = {
        ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};
    struct isal_zstream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    isal_deflate_stateless_init(stream);
    stream->level = (uint32_t)level;
    stream->level_buf_size = sizes[level];
    if (sizes[level] && !(stream->level_buf = malloc(sizes[level]))) {
        free(stream);
        return NULL;
    }
    return stream;
}

static inline void isal_deflater_free(void *_Nullable deflater) {
    struct isal_zstream *stream = deflater;
    if (stream) free(stream->level_buf);
    free(stream);
}

/* One piece that refers to nothing before it, ending at a whole byte and not ending the stream. Bytes written to `room`,
   or -1 if they do not fit: then the piece is better stored. */
static inline long isal_deflate_piece(
    void *_Nonnull deflater, const void *_Nonnull bytes, uint32_t count, void *_Nonnull room, uint32_t room_count) {
    struct isal_zstream *stream = deflater;
    uint8_t *level_buf = stream->level_buf;
    uint32_t level = stream->level, level_buf_size = stream->level_buf_size;
    isal_deflate_stateless_init(stream);
    stream->level = level;
    stream->level_buf = level_buf;
    stream->level_buf_size = level_buf_size;
    stream->flush = FULL_FLUSH;
    stream->next_in = (uint8_t *)bytes;
    stream->avail_in = count;
    stream->next_out = room;
    stream->avail_out = room_count;
    return isal_deflate_stateless(stream) == COMP_OK ? (long)(room_count - stream->avail_out) : -1;
}

static inline void *_Nullable isal_gunzipper_new(void) {
    struct inflate_state *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    isal_inflate_init(state);
    state->crc_flag = ISAL_GZIP;
    return state;
}

/* Ready for another member; what is left of the input stays. */
static inline void isal_gunzipper_restart(void *_Nonnull inflater) {
    struct inflate_state *state = inflater;
    uint8_t *next_in = state->next_in;
    uint32_t avail_in = state->avail_in;
    isal_inflate_reset(state);
    state->crc_flag = ISAL_GZIP;
    state->next_in = next_in;
    state->avail_in = avail_in;
}

static inline uint32_t isal_inflater_left(void *_Nonnull inflater) { return ((struct inflate_state *)inflater)->avail_in; }

static inline void isal_inflater_free(void *_Nullable inflater) { free(inflater); }

static inline void isal_inflater_feed(void *_Nonnull inflater, const void *_Nullable bytes, uint32_t count) {
    struct inflate_state *state = inflater;
    state->next_in = (uint8_t *)bytes;
    state->avail_in = count;
}

/* Bytes written to `room`, or -1. */
static inline long isal_inflater_run(void *_Nonnull inflater, void *_Nonnull room, uint32_t count) {
    struct inflate_state *state = inflater;
    state->next_out = room;
    state->avail_out = count;
    int result = isal_inflate(state);
    return result == ISAL_DECOMP_OK || result == ISAL_END_INPUT ? (long)(count - state->avail_out) : -1;
}

static inline int isal_inflater_is_finished(void *_Nonnull inflater) {
    return ((struct inflate_state *)inflater)->block_state == ISAL_BLOCK_FINISH;
}

#endif
