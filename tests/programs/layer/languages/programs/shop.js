'use strict';
// Each function comes to one act of the process, by one of Node's ways. Called with the place to write to.
const child = require('child_process');
const dgram = require('dgram');
const dns = require('dns');
const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');
const { promisify } = require('util');
const { Worker } = require('worker_threads');

const PORT = 9; // nobody listens
const ended = (emitter, ...events) => new Promise((done) => events.forEach((event) => emitter.on(event, done)));

const shop = {
  spawnSync() { child.spawnSync('true'); },
  execSync() { child.execSync('true'); },
  execFileSync() { child.execFileSync('true'); },
  spawn() { return ended(child.spawn('true'), 'close'); },
  exec() { return promisify(child.exec)('true'); },
  execCallback() { const running = child.exec('true', () => {}); return ended(running, 'close'); },
  execFile() { return promisify(child.execFile)('true'); },
  fork(place) { fs.writeFileSync(`${place}/empty.js`, ''); return ended(child.fork(`${place}/empty.js`), 'close'); },
  connect() { return ended(net.connect(PORT, '127.0.0.1'), 'error'); },
  connect6() { return ended(net.connect(PORT, '::1'), 'error'); },
  connectPath(place) { return ended(net.connect(`${place}/none.sock`), 'error'); },
  connectName() { return ended(net.connect({ port: PORT, host: 'localhost' }), 'error'); },
  get() { return ended(http.get(`http://127.0.0.1:${PORT}/`), 'error'); },
  getSecure() { return ended(https.get(`https://127.0.0.1:${PORT}/`), 'error'); },
  async fetch() { await fetch('http://127.0.0.1:50999/').catch(() => {}); },
  lookup() { return promisify(dns.lookup)('localhost'); },
  lookupPromise() { return dns.promises.lookup('localhost'); },
  datagram() {
    const socket = dgram.createSocket('udp4');
    return new Promise((done) => { socket.send('x', PORT, '127.0.0.1', () => socket.close(done)); });
  },
  writeSync(place) { fs.writeFileSync(`${place}/written`, 'x'); },
  openSync(place) { fs.closeSync(fs.openSync(`${place}/written`, 'w')); },
  write(place) { return promisify(fs.writeFile)(`${place}/written`, 'x'); },
  writePromise(place) { return fs.promises.writeFile(`${place}/written`, 'x'); },
  async openPromise(place) { await (await fs.promises.open(`${place}/written`, 'w')).close(); },
  stream(place) { return ended(fs.createWriteStream(`${place}/written`).end('x'), 'close'); },
  worker() {
    const code = "require('child_process').execSync('true')";
    return ended(new Worker(code, { eval: true }), 'exit');
  },
};

const [name, place] = process.argv.slice(2);
Promise.resolve(shop[name](place)).then(() => console.log('done'));
