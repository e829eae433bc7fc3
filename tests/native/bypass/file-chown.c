/* trick: chown
 * act: write
 * attack: T1222.002
 * expect: outside
 * why: who may open it is asked anew at each open by a supervised program, whoever owns it
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(chown(PROTECTED, 65534, 65534)); }
