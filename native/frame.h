/* frame.h: frames of wire.h being written, and the ring they go into. Fields that do not fit are left out. */
#ifndef OUTRIDER_FRAME_H
#define OUTRIDER_FRAME_H
#include "guard.h"

struct frame { /* one being written */
  uint8_t bytes[OR_FRAME_MAX + 4];
  size_t length;
};

void frame_begin(struct frame *frame, enum or_frame_type type);
void field(struct frame *frame, enum or_tag tag, const void *value, size_t size);
void field_text(struct frame *frame, enum or_tag tag, const char *text); /* cut at 1024 bytes; nothing of "" */
void field_u8(struct frame *frame, enum or_tag tag, unsigned value);
void field_u32(struct frame *frame, enum or_tag tag, uint32_t value);
void field_u64(struct frame *frame, enum or_tag tag, uint64_t value);

void frame_emit(struct frame *frame);

/* An event: pushed, or counted when the same key was told before. The ring's position before it. */
uint64_t frame_tell(struct frame *frame, uint64_t key);
/* The same key was told: it is counted now, and nothing needs to be written. */
bool frame_was_told(uint64_t key);

/* So many were lost before they reached the ring: each keeps a number. */
void ring_lost(uint64_t count);
uint64_t ring_dropped(uint64_t *told); /* so many in all; and as the last frame said */

#endif
