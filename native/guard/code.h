/* code.h: machine code, as much of it as hooking takes. */
#ifndef OUTRIDER_GUARD_CODE_H
#define OUTRIDER_GUARD_CODE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JUMP_MAX 16u

/* Bytes at an entry that must stay where they are: a landing pad of control-flow integrity. */
size_t code_pad(const uint8_t *entry);
/* A jump from `at` to `to`, as short as it can be; its size, or 0 when `room` bytes are too few. */
size_t code_jump(uintptr_t at, uintptr_t to, uint8_t out[JUMP_MAX], size_t room);
/* How many bytes of whole instructions, at least `need`, begin at `code` and mean the same anywhere else; 0: not to be told.
 * Looks at up to 15 bytes, one instruction, more than it needs. */
size_t code_movable(const uint8_t *code, size_t need);
/* The system call in the only wrapper of mmap within [start, end): the address of the instructions to overwrite, and how
 * long they are; 0: there is none, or more than one. */
uintptr_t code_find_mmap(uintptr_t start, uintptr_t end, size_t *length);

#endif
