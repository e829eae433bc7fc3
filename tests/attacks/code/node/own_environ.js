// /proc/self/environ, as a traversal would read it.
'use strict';
exports.attack = () => require('fs').readFileSync('/proc/self/environ').toString();
