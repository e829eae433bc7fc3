/* trick: rename of an allowed file over it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  put("allowed/mine", "mine\n", 0644);
  changed_if(rename("allowed/mine", PROTECTED));
}
