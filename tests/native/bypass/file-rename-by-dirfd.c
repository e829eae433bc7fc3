/* trick: renameat with a descriptor on each side
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int from = open("allowed", O_PATH), to = open("protected", O_PATH);
  put("allowed/mine", "mine\n", 0644);
  changed_if(renameat(from, "mine", to, "file"));
}
