// What looks like an attack and is none.
'use strict';
const fs = require('fs');
const path = require('path');
const { Worker } = require('worker_threads');

const TWINS = {
  thread: () => new Promise((resolve, reject) => {
    const worker = new Worker("require('worker_threads').parentPort.postMessage('done')", { eval: true });
    worker.on('message', resolve);
    worker.on('error', reject);
  }),
  evaluates: () => eval("'do' + 'ne'"),
  files: (event) => {
    const file = path.join(event.tmp, 'x', 'y');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, 'done');
    fs.renameSync(file, `${file}.old`);
    return fs.readFileSync(`${file}.old`, 'utf8');
  },
  lookup: async () => ((await require('dns').promises.lookup('localhost')).address ? 'done' : ''),
  shell: () => require('child_process').execSync('echo done').toString(),
};

exports.attack = (event) => TWINS[event.twin](event);
