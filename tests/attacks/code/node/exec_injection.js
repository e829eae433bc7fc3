// Shell metacharacters in an event: `x; id`.
'use strict';
const { exec } = require('child_process');

exports.attack = (event) => new Promise((resolve, reject) => {
  exec(`echo invoice for ${event.name}`, (error, stdout) => (error ? reject(error) : resolve(stdout)));
});
