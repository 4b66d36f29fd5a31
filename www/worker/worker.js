// Inside a worker. Its first message says what role it plays; only the roles call the core.

import { Asker } from "./asker.js";
import { Hasher } from "./hasher.js";
import { Lead } from "./lead.js";
import { Scanner } from "./scanner.js";
import { guarded } from "./talk.js";

/** @typedef {import("./protocol.js").ToWorker} ToWorker */

const ROLES = { lead: Lead, scan: Scanner, hash: Hasher, ask: Asker };

/** @type {{ hear(message: ToWorker): unknown } | undefined} */
let role;

/** @param {Extract<ToWorker, { type: "start" }>} message */
async function start(message) {
  await wasm_bindgen({ module_or_path: message.module });
  role = new ROLES[message.role](message.words);
}

/** What arrives before the core is ready waits for it. @type {Promise<void>} */
let ready = Promise.resolve();

/** @type {{ onmessage: unknown }} */ (/** @type {unknown} */ (self)).onmessage = (/** @type {MessageEvent<ToWorker>} */ { data: message }) => {
  if (message.type === "start") ready = guarded({}, () => start(message));
  else ready.then(() => role?.hear(message));
};
