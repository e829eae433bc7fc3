// A Node runtime: asks for events, calls app.handler, answers.
'use strict';
const http = require('http');
const path = require('path');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const app = require(path.join(process.env.LAMBDA_TASK_ROOT, 'app.js'));

function ask(method, rest, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/invocation${rest}` }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve([answer.headers['lambda-runtime-aws-request-id'], Buffer.concat(parts)]));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function main() {
  for (;;) {
    const [id, event] = await ask('GET', '/next');
    let said, kind = 'response';
    try {
      said = await app.handler(JSON.parse(event), { awsRequestId: id });
    } catch (error) {
      said = String(error);
      kind = 'error';
    }
    await ask('POST', `/${id}/${kind}`, JSON.stringify(said ?? null));
  }
}

process.on('uncaughtException', (error) => process.stderr.write(`uncaught: ${error}\n`));
main();
