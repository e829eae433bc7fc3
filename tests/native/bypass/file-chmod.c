/* trick: chmod without set-user-ID bits
 * act: write
 * attack: T1222.002
 * expect: outside
 * why: who may open it is asked anew at each open by a supervised program, whatever its mode; what lets it run as its owner is judged
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(chmod(PROTECTED, 0666)); }
