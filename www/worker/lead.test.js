import assert from "node:assert/strict";
import { after, before, test } from "node:test";

const said = [];
/** A session that has as many rows as bytes were absorbed. */
class Session {
  matches = 0;
  add_source() {}
  absorb(bytes) { this.matches += bytes.length; }
  has_match() { return this.matches > 0; }
  summary() { return { matches: this.matches }; }
  view() { return { rows: this.matches }; }
  rows(from, to) { return Array(to - from).fill("row"); }
}

/** @type {typeof import("./lead.js").Lead} */
let Lead;
/** @type {MessagePort[]} */
const ports = [];
before(async () => {
  const { MessageChannel } = globalThis;
  Object.assign(globalThis, {
    wasm_bindgen: { Session }, postMessage: (message) => said.push(message), self: globalThis,
    MessageChannel: class extends MessageChannel { constructor() { super(); ports.push(this.port1); } },
  });
  ({ Lead } = await import("./lead.js"));
  globalThis.MessageChannel = MessageChannel;
});
after(() => {
  for (const port of ports) port.close();
  for (const name of ["wasm_bindgen", "postMessage", "self"]) delete globalThis[name];
});

test("the first rows are told of at once, all else at its pace", (context) => {
  let now = 1000;
  context.mock.method(performance, "now", () => now);
  /** By their numbers, as a browser has them. */
  const timers = new Map();
  let last = 0;
  context.mock.method(globalThis, "setTimeout", (work, ms) => {
    timers.set(++last, { work, at: now + ms });
    return last;
  });
  context.mock.method(globalThis, "clearTimeout", (timer) => timers.delete(timer));
  const pass = (ms) => {
    now += ms;
    for (const [timer, { work, at }] of [...timers]) if (at <= now && timers.delete(timer)) work();
    return said.splice(0).map(({ summary, window }) => [summary.matches, ...(window?.items ?? [])]);
  };
  const lead = new Lead({ stalled: "stalled", shorter: "shorter", closed: "closed" });
  const absorb = (rows) => lead.hear({ type: "absorb", source: 0, found: new ArrayBuffer(rows) });
  lead.hear({ type: "add", inputs: [{ name: "a", size: 1, volumes: [] }] });
  assert.deepEqual(pass(1), [[0]], "the file");
  absorb(0);
  assert.deepEqual(pass(1), [], "nothing was found");
  absorb(3);
  assert.deepEqual(pass(1), [[3, "row", "row", "row"]], "with the rows, though it was told a moment ago");
  absorb(4);
  assert.deepEqual(pass(10), [], "these can wait");
  assert.deepEqual(pass(1000), [[7]]);
  assert.deepEqual(pass(1000), [], "once");
});
