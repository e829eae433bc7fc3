/* trick: bpf: a program for sockets
 * act: kernel
 * attack: T1014
 * expect: stopped
 * needs: root bpf
 */
#include "bypass.h"
#include "kernel.h"
#include <linux/bpf.h>

int main(void) {
  struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2};
  load.insns = (uintptr_t)code;
  load.license = (uintptr_t)"GPL";
  took_place(syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load));
}
