#include "lock.h"

void lock_take(_Atomic uint32_t *lock) {
  uint32_t was = 0;
  if (atomic_compare_exchange_strong(lock, &was, 1)) return;
  while (atomic_exchange(lock, 2)) futex_wait(lock, 2, NULL);
}

void lock_release(_Atomic uint32_t *lock) {
  if (atomic_exchange(lock, 0) == 2) futex_wake(lock, 1);
}
