// A dropped script in a Node of its own.
'use strict';
const { fork } = require('child_process');
const fs = require('fs');
const path = require('path');

exports.attack = (event) => new Promise((resolve, reject) => {
  const script = path.join(event.tmp, 'job.js');
  fs.writeFileSync(script, `require('fs').writeFileSync(${JSON.stringify(event.out)}, 'uid=' + process.getuid())`);
  const child = fork(script);
  child.on('error', reject);
  child.on('exit', resolve);
});
