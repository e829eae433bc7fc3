/* trick: bpf: a map
 * act: kernel
 * attack: T1014
 * expect: stopped
 * needs: root bpf
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  union { uint32_t words[4]; char room[128]; } map = {{2 /* BPF_MAP_TYPE_ARRAY */, 4, 4, 1}};
  took_place(syscall(SYS_bpf, 0 /* BPF_MAP_CREATE */, &map, sizeof map));
}
