/* trick: hard link of an allowed file into the directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  put("allowed/mine", "mine\n", 0644);
  changed_if(link("allowed/mine", "protected/new"));
}
