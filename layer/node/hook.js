'use strict';
// Loaded first into Node (--require). Before the customer's code starts a program, connects, looks a name up or
// changes a file, it tells the native guard in this process which line of that code is acting, by opening a name no
// file has (native/guard/node.c). It decides nothing, and with trouble of its own it only falls silent: what the
// customer calls is called with the same `this` and arguments, and answers and throws the same.
(() => {
  const environment = process.env;
  if (environment.OUTRIDER_GUARD === undefined) return; // nobody listens

  const fs = require('fs');
  const Module = require('module');
  const { openSync } = fs;
  const { apply } = Reflect;
  const { captureStackTrace } = Error;
  const { resolve } = require('path');
  const { isIPv6 } = require('net');
  const WRITING = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;
  const NOTE = '/outrider/note/';
  const DEPTH = 40; // frames: a framework's own lie between Node's and the customer's
  const LONGEST = 300; // characters; the guard keeps 320 bytes
  const NOTED = 128; // as many as the guard remembers
  const NOW = 1; // the act is done, if at all, before the call returns
  const LATER = 2;
  const OURS = ['node:', 'internal/', '/var/runtime/', '/opt/outrider/', __filename];
  const ERROR = Error; // the global may be replaced

  // Runs `inside` with the two settings of Error that an application may have made its own, and puts them back.
  function withErrors(limit, prepare, inside) {
    const had = Object.prototype.hasOwnProperty.call(ERROR, 'prepareStackTrace');
    const before = [ERROR.stackTraceLimit, ERROR.prepareStackTrace];
    try {
      ERROR.stackTraceLimit = limit;
      if (prepare) ERROR.prepareStackTrace = prepare;
      return inside();
    } finally {
      ERROR.stackTraceLimit = before[0];
      if (prepare && had) ERROR.prepareStackTrace = before[1];
      else if (prepare) delete ERROR.prepareStackTrace;
    }
  }

  function say(what) {
    try {
      withErrors(0, null, () => openSync(NOTE + what, 0));
    } catch {
      // always: no such file
    }
  }

  const sites = (error, found) => found;

  function frames(above) {
    const holder = {};
    captureStackTrace(holder, above);
    return holder.stack;
  }

  // "/var/task/app.js:12 handler" of the nearest frame that is neither Node's, nor Lambda's, nor ours; or undefined.
  function whose(above) {
    const found = withErrors(DEPTH, sites, () => frames(above));
    if (typeof found !== 'object') return undefined;
    for (let i = 0; i < found.length; i++) {
      let file = found[i].getFileName();
      if (typeof file !== 'string') continue; // eval: its caller is the next frame
      if (file.startsWith('file://')) file = decodeURIComponent(file.slice(7));
      if (OURS.some((prefix) => file.startsWith(prefix)) || file.includes('/aws-lambda-ric/')) continue;
      const text = `:${found[i].getLineNumber()} ${found[i].getFunctionName() || '<anonymous>'}`.slice(0, LONGEST / 3);
      return file.slice(-(LONGEST - text.length)) + text;
    }
    return undefined;
  }

  const noted = new Map();
  const get = Map.prototype.get.bind(noted);
  const put = Map.prototype.set.bind(noted);

  // `keys`: what the act will be known by when another thread, or this one later, does it.
  function noteKeys(keys, text) {
    for (let i = 0; i < keys.length; i++) {
      if (get(keys[i]) === text || /[\0\t]/.test(keys[i])) continue;
      if (noted.size >= NOTED) noted.clear();
      put(keys[i], text);
      say(`+${keys[i]}\t${text}`);
    }
  }

  let depth = 0; // inside an act that is attributed already: connect looks names up

  // Stands for `owner[name]`; a proxy, so that length, name, promisify.custom and what else hangs on it stay.
  // `keysOf(arguments)`: undefined for what is no act; else the keys for LATER acts, or any value for one done NOW.
  function watch(owner, name, when, keysOf) {
    const described = Object.getOwnPropertyDescriptor(owner, name);
    if (!described || typeof described.value !== 'function' || !described.configurable) return;
    function before(args) {
      try {
        const keys = keysOf(args);
        const text = keys && whose(handler.apply);
        if (text === undefined) return false;
        if (when === LATER) noteKeys(keys, text);
        else say(`=${text}`);
        return when === NOW;
      } catch {
        return false; // not ours to complain: the call itself will
      }
    }
    const handler = {
      __proto__: null,
      apply(target, self, args) {
        if (depth > 0) return apply(target, self, args);
        const scoped = before(args);
        depth++;
        try {
          return apply(target, self, args);
        } finally {
          depth--;
          if (scoped) say('.');
        }
      },
    };
    Object.defineProperty(owner, name, { ...described, value: new Proxy(described.value, Object.freeze(handler)) });
  }

  function hostKey(host) {
    if (!isIPv6(host)) return String(host).toLowerCase().replace(/\.$/, '');
    const [head, tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
    const [first, last] = [head, tail].map((part) => (part ? part.split(':') : []));
    const zeros = Array(8 - first.length - last.length).fill('0');
    return [...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join('');
  }

  function pathKey(path) {
    if (typeof path === 'string') return resolve(path);
    if (path instanceof Uint8Array) return resolve(Buffer.from(path).toString());
    return path instanceof URL ? decodeURIComponent(path.pathname) : undefined;
  }

  const pathKeys = (...paths) => paths.map(pathKey).filter((key) => key !== undefined);
  const always = () => [];
  const hostKeys = ([host]) => (typeof host === 'string' ? [hostKey(host)] : undefined);

  // net.Socket's connect(options | path | port[, host]); from net.connect() the arguments come as one array.
  function connectKeys([first, second]) {
    const what = Array.isArray(first) ? first[0] : first;
    if (what !== null && typeof what === 'object') return what.path ? [what.path] : [hostKey(what.host || 'localhost')];
    if (typeof what === 'string' && !(Number(what) >= 0)) return [what];
    return [hostKey(typeof second === 'string' ? second : 'localhost')];
  }

  // dgram's send(message[, offset, length], port[, address][, callback])
  function datagramKeys(args) {
    const address = args.slice(1).find((value) => typeof value === 'string' && !/^\d+$/.test(value));
    return [hostKey(address || '127.0.0.1')];
  }

  const openKeys = ([path, flags]) =>
    (typeof flags === 'string' ? flags !== 'r' && flags !== 'rs' && flags !== 'sr' : flags & WRITING)
      ? pathKeys(path)
      : undefined;

  const CHANGES = { // of files, by the place of the paths among the arguments
    first: ['writeFile', 'appendFile', 'createWriteStream', 'mkdir', 'mkdtemp', 'rm', 'rmdir', 'truncate', 'unlink'],
    second: ['copyFile', 'cp', 'link', 'symlink'],
    both: ['rename'],
  };
  const PLACES = { first: ([a]) => pathKeys(a), second: ([, b]) => pathKeys(b), both: ([a, b]) => pathKeys(a, b) };

  function watchFiles(owner) {
    watch(owner, 'open', LATER, openKeys);
    watch(owner, 'openSync', NOW, openKeys);
    for (const place of Object.keys(CHANGES)) {
      for (const name of CHANGES[place]) {
        watch(owner, name, LATER, PLACES[place]);
        watch(owner, `${name}Sync`, NOW, PLACES[place]);
      }
    }
  }

  function watchNames(owner) {
    for (const name of Object.keys(owner)) {
      if (name === 'lookup') watch(owner, name, LATER, hostKeys);
      else if (name.startsWith('resolve') || name === 'reverse') watch(owner, name, NOW, hostKeys);
    }
  }

  function start() {
    const programs = require('child_process');
    watch(programs.ChildProcess.prototype, 'spawn', NOW, always); // spawn, exec, execFile, fork, cluster
    for (const name of ['spawnSync', 'execSync', 'execFileSync']) watch(programs, name, NOW, always);
    watch(process, 'dlopen', NOW, always);
    watch(process, 'execve', NOW, always); // Node 22
    watch(require('net').Socket.prototype, 'connect', LATER, connectKeys);
    watch(require('dgram').Socket.prototype, 'send', LATER, datagramKeys);
    const dns = require('dns');
    watchNames(dns);
    watchNames(dns.promises);
    watchFiles(fs);
    watchFiles(fs.promises);
    // fetch connects later, on a stack of Node's own
    watch(globalThis, 'fetch', LATER, ([what]) => [hostKey(new URL(what.url || what).hostname)]);
    Module.syncBuiltinESMExports();
  }

  try {
    start();
  } catch {
    // a Node we do not know: what is watched by now stays so
  }
})();
