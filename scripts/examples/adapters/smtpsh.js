// A helper for Node's test runner, Jest, Mocha ...: a mail server, and the messages it received.
//
//	const { Smtpsh } = require('./smtpsh');
//	test('welcome', async () => {
//		const server = await Smtpsh.start();
//		await sendWelcome('ann@example.org', { host: server.host, port: server.port });
//		const [mail] = await server.messages({ wait: 1 });
//		assert.equal(mail.recipients[0].address, 'ann@example.org');
//		await server.stop();
//	});
//
// The environment variable SMTPSH names the program. Options and scripts are passed on: Smtpsh.start('--refuse', 'rcpt:bob=550').
'use strict';
const { spawn } = require('node:child_process');
const readline = require('node:readline');
const { once } = require('node:events');

class Smtpsh {
	static async start(...args) {
		const server = new Smtpsh();
		server.process = spawn(process.env.SMTPSH || 'smtpsh',
			['serve', '--api', '127.0.0.1:0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
		const lines = readline.createInterface({ input: server.process.stdout });
		const said = [];
		for await (const line of lines) {
			said.push(line.split(' ').pop());
			if (said.length === 2)
				break;
		}
		if (said.length < 2)
			throw new Error('smtpsh serve did not start');
		const colon = said[0].lastIndexOf(':');
		server.host = said[0].slice(0, colon);
		server.port = Number(said[0].slice(colon + 1));
		server.url = said[1];
		return server;
	}

	// An array of objects: from, recipients, user, headers, body ...; waits for that many.
	async messages({ wait = 0, timeout = '10s' } = {}) {
		const answer = await fetch(`${this.url}?wait=${wait}&timeout=${timeout}`);
		const { messages } = await answer.json();
		if (messages.length < wait)
			throw new Error(`${messages.length} of ${wait} messages came within ${timeout}`);
		return messages;
	}

	async clear() {
		await fetch(this.url, { method: 'DELETE' });
	}

	async stop() {
		const exited = once(this.process, 'exit');
		this.process.kill();
		await exited;
	}
}

module.exports = { Smtpsh };
