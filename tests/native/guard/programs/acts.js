// acts.js ROUNDS: a Node program that does what layer/node/hook.js and the guard watch, with odd names.
'use strict';
const fs = require('fs');
const { spawnSync } = require('child_process');
const note = (text) => { try { fs.openSync(`/outrider/note/${text}`, 0); } catch { /* always */ } };
const names = ['file', 'nowhere/x', 'ä/€', 'x'.repeat(400), '/proc/1/environ', 'link'];
const marks = ['=', '.', '+key\ttext', '+', '+\t', '=' + 'a'.repeat(900), '+' + 'k'.repeat(500) + '\t' + 't'.repeat(500), ''];
const quiet = (act) => { try { act(); } catch { /* refused, or not there */ } };
for (let round = 0; round < Number(process.argv[2]); round++) {
  const name = names[round % names.length];
  note(marks[round % marks.length]);
  quiet(() => fs.writeFileSync(name, 'x'));
  quiet(() => fs.readFileSync(name));
  quiet(() => fs.renameSync(name, `${name}2`));
  if (round % 20 === 0) quiet(() => spawnSync(name));
  fs.writeFile(name, 'x', () => {});
  require('dns').lookup('localhost', () => {});
}
setTimeout(() => process.exit(process.stdout.write('sound\n') ? 0 : 1), 200);
