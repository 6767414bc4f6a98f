// Frames, floods and nonsense, by a client that no one here wrote: `vscode-jsonrpc`.
//
//   node hostile.mjs PROGRAM [OPTIONS...]
//
// It prints what it saw, as JSON on one line; the test looks at it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";

const [program, ...options] = process.argv.slice(2);

function start() {
  const callpop = spawn(program, ["serve", ...options], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(callpop, "exit");
  const orphans = [];
  const waiting = [];
  // The library has one place for errors to what has no id: its log.
  const error = (line) => {
    orphans.push(JSON.parse(line.slice(line.indexOf("{"))));
    waiting.splice(0).forEach((resolve) => resolve());
  };
  const connection = createMessageConnection(
    new StreamMessageReader(callpop.stdout),
    new StreamMessageWriter(callpop.stdin),
    { error, warn() {}, info() {}, log() {} },
  );
  connection.listen();
  const orphan = async () => {
    while (orphans.length === 0) {
      await new Promise((resolve) => waiting.push(resolve));
    }
    return orphans.shift();
  };
  const write = async (bytes) => {
    if (!callpop.stdin.write(bytes)) {
      await once(callpop.stdin, "drain");
    }
  };
  return { callpop, connection, ended, orphan, write };
}

const handshake = { protocolVersion: 1, client: { name: "hostile" }, pages: "client" };
const seen = {};

// A session that is told nonsense between its requests, and goes on.
{
  const { connection, ended, orphan, write } = start();
  await connection.sendRequest("initialize", handshake);
  const nonsense = {
    "no header": '{"jsonrpc":"2.0","id":1,"method":"accounts"}\r\n',
    "no length": "Content-Type: text/plain\r\n\r\n",
    "a length that is none": "Content-Length: seven\r\n\r\n",
    "a length below nothing": "Content-Length: -1\r\n\r\n",
    "a length beyond all": "Content-Length: 99999999999999999999999\r\n\r\n",
    "two lengths": "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "no JSON": "Content-Length: 5\r\n\r\n{\"a\":",
    "no UTF-8": Buffer.concat([Buffer.from("Content-Length: 4\r\n\r\n\""), Buffer.from([0xff, 0xfe, 0x22])]),
    "no request": "Content-Length: 2\r\n\r\n17",
    "an empty batch": "Content-Length: 2\r\n\r\n[]",
    "too long a frame": Buffer.concat([
      Buffer.from(`Content-Length: ${3 * 1024 * 1024}\r\n\r\n`),
      Buffer.alloc(3 * 1024 * 1024, 32),
    ]),
  };
  seen.nonsense = {};
  for (const [name, bytes] of Object.entries(nonsense)) {
    await write(bytes);
    seen.nonsense[name] = (await orphan()).data.code;
    const { accounts } = await connection.sendRequest("accounts");
    assert.deepEqual(accounts, [], name);
  }
  await assert.rejects(
    connection.sendRequest("no/such/method"),
    (error) => error instanceof ResponseError && error.code === ErrorCodes.MethodNotFound,
  );
  await connection.sendRequest("shutdown");
  [seen.afterNonsense] = await ended;
}

// 1,000,000 random bytes, always the same, and then a request.
{
  const { callpop, connection, ended, orphan, write } = start();
  await connection.sendRequest("initialize", handshake);
  let state = 20260131n;
  const bytes = Buffer.alloc(1_000_000);
  for (let at = 0; at < bytes.length; at += 8) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    bytes.writeBigUInt64LE(state ^ (state >> 29n), at);
  }
  await write(bytes);
  seen.afterRandomBytes = (await orphan()).data.code;
  await connection.sendRequest("accounts");
  // And once more, to the end.
  await write(bytes);
  callpop.stdin.end();
  [seen.endInRandomBytes] = await ended;
}

// A flood: more requests at once than may wait. Each one is answered, with its result or with the
// advice to wait.
{
  const { callpop, connection, ended } = start();
  await connection.sendRequest("initialize", handshake);
  const log = { adapter: "pipedrive", log: { logId: "42" } };
  const answers = await Promise.allSettled(
    Array.from({ length: 20_000 }, () => connection.sendRequest("logMenu", log)),
  );
  const results = answers.filter(({ status }) => status === "fulfilled");
  const refused = answers.filter(({ status }) => status === "rejected");
  assert(results.every(({ value }) => value.opens === "log-page"));
  assert(refused.every(({ reason }) => reason.data.code === "busy"));
  seen.answered = results.length + refused.length;
  seen.someResults = results.length > 0;
  // The end of the input, with requests on their way.
  const last = connection.sendRequest("logMenu", log);
  await connection.sendNotification("$/whatClientsSay");
  callpop.stdin.end();
  seen.last = (await last).opens;
  [seen.afterFlood] = await ended;
}

console.log(JSON.stringify(seen));
process.exit(0);
