// A dialer in Node: it starts `callpop serve` and tells it of one call, from the ring to the log.
//
//   node dialer.mjs ADAPTER HOST [callpop's own options...]
//
// CALLPOP names the program, if it is not on the PATH. The pages are printed instead of opened,
// as a dialer with a browser view of its own has it.

import { spawn } from "node:child_process";
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";

const [adapter, host, ...options] = process.argv.slice(2);

// 1. Start the program. Standard output has frames on it and nothing else; what there is to log
//    comes on standard error.
const callpop = spawn(process.env.CALLPOP ?? "callpop", ["serve", ...options], {
  stdio: ["pipe", "pipe", "inherit"],
});
const ended = new Promise((resolve) => callpop.once("exit", resolve));
const connection = createMessageConnection(
  new StreamMessageReader(callpop.stdout),
  new StreamMessageWriter(callpop.stdin),
);

// 2. What comes unasked.
connection.onNotification("callpop/openPage", ({ url, as }) => {
  console.log(`open ${url} in a ${as}`);
});
connection.onNotification("callpop/outcome", ({ callId, adapter, result }) => {
  console.log(`call ${callId}, ${adapter}: ${result}`);
});
connection.onNotification("callpop/warning", ({ message }) => {
  console.log(`warning: ${message}`);
});
const asked = new Promise((resolve) => connection.onNotification("callpop/ask", resolve));
connection.listen();

// 3. The handshake.
const { server } = await connection.sendRequest("initialize", {
  protocolVersion: 1,
  client: { name: "example-dialer", version: "1.0.0" },
  pages: "client",
});
console.log(`speaks to ${server.name}`);

// 4. Once, on the settings page of the CRM: connect the account, and let the user select among
//    several matches.
const account = await connection.sendRequest("connect", { adapter, host });
console.log(`connected to ${account.hostname}`);
await connection.sendRequest("setAdapterSettings", {
  adapter,
  values: { "callPop.several": "prompt" },
});

// 5. The telephone rings, and two contacts have the number.
const event = {
  callId: "call-1",
  direction: "inbound",
  state: "ringing",
  from: "+12025550123",
  matches: {
    [adapter]: [
      { id: "7", name: "Jo Doe", phone: "+12025550123" },
      { id: "8", name: "Jon Doe", phone: "+12025550123" },
    ],
  },
};
await connection.sendRequest("callEvent", { event });

// 6. The user selects one of them. What was asked goes back as it came.
const { contacts, ...question } = await asked;
console.log(`asks: ${contacts.map((contact) => contact.name).join(" or ")}?`);
await connection.sendRequest("choose", { ...question, contact: contacts[0] });
await connection.sendRequest("callEvent", { event: { ...event, state: "ended" } });

// 7. Later, in the history of calls: "Open call log", if the CRM has a page for it.
const log = { logId: "42", contactId: "7" };
const { opens } = await connection.sendRequest("logMenu", { adapter, log });
console.log(`the menu offers: ${opens}`);
if (opens !== "nothing") {
  await connection.sendRequest("openLogPage", { adapter, log });
}

// 8. Errors have a number, a message for people, and a name for programs.
try {
  await connection.sendRequest("connect", { adapter: "no-such-crm", host });
} catch (error) {
  console.log(`error ${error.code}, ${error.data.code}`);
}

// 9. The user logs out, and the dialer ends.
const { forgotten } = await connection.sendRequest("logOut", { adapter });
console.log(`logged out of ${forgotten.hostname}`);
await connection.sendRequest("shutdown");
console.log(`ended with ${await ended}`);
