// A worker thread, in which nothing was required beforehand.
'use strict';
const { Worker } = require('worker_threads');

const CODE = "require('worker_threads').parentPort.postMessage(require('child_process').execSync('id').toString())";

exports.attack = () => new Promise((resolve, reject) => {
  const worker = new Worker(CODE, { eval: true, env: {}, execArgv: [] });
  worker.on('message', resolve);
  worker.on('error', reject);
});
