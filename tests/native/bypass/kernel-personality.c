/* trick: personality: addresses no longer random for what is run next
 * act: kernel
 * attack: T1068
 * expect: stopped
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/personality.h>

int main(void) { took_place(personality(ADDR_NO_RANDOMIZE)); }
