// A native addon, dropped to /tmp and loaded.
'use strict';
const fs = require('fs');
const path = require('path');

exports.attack = (event) => {
  process.env.NATIVE_OUT = event.out;
  const dropped = path.join(event.tmp, 'fast.node');
  fs.copyFileSync(path.join(__dirname, 'native.so'), dropped);
  process.dlopen({ exports: {} }, dropped);
};
