/* frame.c: frames, and the ring in which they wait until the agent has them safe. */
#include "frame.h"

#include "lock.h"
#include "report.h"

void field(struct frame *frame, enum or_tag tag, const void *value, size_t size) {
  uint16_t head[2] = {(uint16_t)tag, (uint16_t)size};
  if (frame->length + sizeof head + size > sizeof frame->bytes) return; /* cannot be: fields are cut before */
  memcpy(frame->bytes + frame->length, head, sizeof head);
  memcpy(frame->bytes + frame->length + sizeof head, value, size);
  frame->length += sizeof head + size;
}

void field_text(struct frame *frame, enum or_tag tag, const char *text) {
  size_t length = strlen(text);
  if (length) field(frame, tag, text, length > 1024 ? 1024 : length);
}

void field_u8(struct frame *frame, enum or_tag tag, unsigned value) {
  uint8_t byte = (uint8_t)value;
  field(frame, tag, &byte, 1);
}

void field_u32(struct frame *frame, enum or_tag tag, uint32_t value) { field(frame, tag, &value, sizeof value); }
void field_u64(struct frame *frame, enum or_tag tag, uint64_t value) { field(frame, tag, &value, sizeof value); }

static void lock(void) { lock_take(&self.guard->lock); }
static void unlock(void) { lock_release(&self.guard->lock); }

void report_recover(void) { atomic_store(&self.guard->lock, 0); }

void frame_begin(struct frame *frame, enum or_frame_type type) {
  memset(frame->bytes, 0, sizeof(struct or_frame));
  frame->length = sizeof(struct or_frame);
  struct or_frame *head = (struct or_frame *)frame->bytes;
  head->version = OR_WIRE_VERSION;
  head->type = (uint16_t)type;
  head->time_ns = now_ns(0);
}

/* With the lock held. */
static uint64_t push(struct frame *frame) {
  struct ring *ring = &self.guard->ring;
  struct or_frame *head = (struct or_frame *)frame->bytes;
  head->length = (uint32_t)(frame->length - sizeof head->length);
  head->seq = ++ring->seq;
  if (ring->head - ring->acked + frame->length > RING_BYTES) {
    ring->dropped++;
    return head->seq;
  }
  head->dropped = ring->dropped_told = ring->dropped;
  size_t at = ring->head % RING_BYTES, first = RING_BYTES - at;
  if (first > frame->length) first = frame->length;
  memcpy(ring->bytes + at, frame->bytes, first);
  memcpy(ring->bytes, frame->bytes + first, frame->length - first);
  __atomic_store_n(&ring->head, ring->head + frame->length, __ATOMIC_RELAXED); /* the keeper looks at it without the lock */
  return head->seq;
}

void frame_emit(struct frame *frame) {
  lock();
  push(frame);
  unlock();
  keeper_hurry();
}

static void copy_out(uint64_t position, void *out, size_t size) {
  const struct ring *ring = &self.guard->ring;
  size_t at = position % RING_BYTES, first = RING_BYTES - at < size ? RING_BYTES - at : size;
  memcpy(out, ring->bytes + at, first);
  memcpy((uint8_t *)out + first, ring->bytes, size - first);
}

size_t ring_unsent(uint8_t *buffer, size_t size) {
  lock();
  struct ring *ring = &self.guard->ring;
  size_t waiting = (size_t)(ring->head - ring->sent);
  if (waiting > size) waiting = size;
  copy_out(ring->sent, buffer, waiting);
  unlock();
  return waiting;
}

void ring_sent(size_t bytes) { __atomic_store_n(&self.guard->ring.sent, self.guard->ring.sent + bytes, __ATOMIC_RELAXED); } /* by the keeper alone */

void ring_acknowledge(uint64_t seq) {
  lock();
  struct ring *ring = &self.guard->ring;
  while (ring->acked < ring->sent) {
    struct or_frame head;
    copy_out(ring->acked, &head, sizeof head);
    uint64_t end = ring->acked + sizeof head.length + head.length;
    if (head.seq > seq || end > ring->sent) break;
    ring->acked = end;
    ring->acked_seq = head.seq;
  }
  unlock();
}

void ring_rewind(void) {
  lock();
  __atomic_store_n(&self.guard->ring.sent, self.guard->ring.acked, __ATOMIC_RELAXED);
  unlock();
}

static void tell_repeat(struct seen *slot) {
  struct frame frame;
  frame_begin(&frame, OR_REPEAT);
  field_u64(&frame, OR_T_REF_SEQ, slot->seq);
  field_u64(&frame, OR_T_COUNT, slot->unsent);
  slot->unsent = 0;
  push(&frame);
}

/* With the lock held: true when told before (and counted now); else a place for it in *place. */
static bool counted(uint64_t key, struct seen **place) {
  struct seen *ways = &self.guard->seen[key % (SEEN_SLOTS / SEEN_WAYS) * SEEN_WAYS];
  *place = &ways[0];
  for (unsigned i = 0; i < SEEN_WAYS; i++) {
    if (ways[i].key == key) {
      ways[i].unsent++;
      return true;
    }
    if (ways[i].seq < (*place)->seq) *place = &ways[i]; /* the oldest gives way; a free one has seq 0 */
  }
  return false;
}

bool frame_was_told(uint64_t key) {
  struct seen *place;
  lock();
  bool known = counted(key, &place);
  unlock();
  return known;
}

uint64_t frame_tell(struct frame *frame, uint64_t key) {
  struct seen *place;
  lock();
  uint64_t before = self.guard->ring.head;
  if (!counted(key, &place)) { /* somebody may have told the same meanwhile */
    if (place->unsent) tell_repeat(place);
    *place = (struct seen){key, push(frame), 0};
  }
  unlock();
  return before;
}

void ring_lost(uint64_t count) {
  lock();
  self.guard->ring.seq += count;
  self.guard->ring.dropped += count;
  unlock();
}

uint64_t ring_dropped(uint64_t *told) {
  lock();
  uint64_t dropped = self.guard->ring.dropped;
  *told = self.guard->ring.dropped_told;
  unlock();
  return dropped;
}

bool report_repeats(void) {
  bool any = false; /* so many at one go: nobody waits long for the lock */
  for (struct seen *slot = self.guard->seen; slot < self.guard->seen + SEEN_SLOTS;) {
    lock();
    for (int i = 0; i < 256; i++, slot++) {
      any |= slot->unsent != 0;
      if (slot->unsent) tell_repeat(slot);
    }
    unlock();
  }
  return any;
}
