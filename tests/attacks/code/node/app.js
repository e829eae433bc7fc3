// An ordinary function: asks its one service, keeps a copy in /tmp, answers. And it has a hole.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

exports.handler = async (event, context) => {
  if (event.attack) return require(`./${event.attack}`).attack(event, context);
  const number = await new Promise((resolve, reject) => {
    http.get(`http://${event.service}/`, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', (text) => resolve(Number(text)));
    }).on('error', reject);
  });
  fs.writeFileSync(path.join(event.tmp, 'kept.json'), JSON.stringify({ number }));
  const zlib = require('zlib');
  const size = zlib.gzipSync(fs.readFileSync(__filename)).length;
  return { greeting: `hello ${event.name}`, number, size: size > 0 };
};
