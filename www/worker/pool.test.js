import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool } from "./pool.js";

/** Workers that only note what they were told; the test answers in their place. */
function setUp(cores = 2) {
  const workers = [];
  const events = [];
  const spawn = () => {
    const worker = {
      told: [], role: "", ended: false, onmessage: null, onerror: null,
      postMessage(message) {
        this.told.push(message);
        if (message.type === "start") this.role = message.role;
      },
      terminate() { this.ended = true; },
      says(message) { if (!this.ended) this.onmessage?.({ data: message }); },
    };
    workers.push(worker);
    return worker;
  };
  const pool = new Pool({ module: null, spawn, cores, listen: (event) => events.push(event), words: null, broke: (message) => `Broke: ${message}.` });
  const alive = (role) => workers.filter((worker) => worker.role === role && !worker.ended);
  return { pool, workers, events, alive };
}

const input = (name) => ({ name, file: { size: 10, name } });
const progress = { bytes: 10, format: "xml", records: 1, process_creations: 1, matches: 0, unreadable: 0, problems: 0 };
const ended = (source, cancelled = false) => ({ type: "ended", source, progress, bytes: new ArrayBuffer(1), cancelled });
const scans = (worker) => worker.told.filter((message) => message.type === "scan");
const last = (list) => list[list.length - 1];
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** The session answers the pool's closing question. */
async function answerSummary(lead, summary = {}) {
  const ask = last(lead.told.filter((message) => message.type === "ask" && message.method === "summary"));
  lead.says({ type: "answer", ask: ask.ask, value: summary });
  await settled();
}

test("files are dealt to as many workers as there are cores, then one after another", async () => {
  const { pool, events, alive } = setUp(2);
  pool.add([input("a"), input("b"), input("c")]);
  assert.equal(alive("scan").length, 2);
  const [first] = alive("scan");
  first.says(ended(0));
  assert.deepEqual(scans(first).map(({ source }) => source), [0, 2]);
  first.says(ended(2));
  alive("scan")[1].says(ended(1));
  assert.equal(events.some(({ type }) => type === "over"), false, "not over before the session has taken in the last of it");
  const [lead] = alive("lead");
  assert.equal(lead.told.filter(({ type }) => type === "absorb").length, 3);
  await answerSummary(lead);
  assert.equal(last(events.filter(({ type }) => type === "over")).type, "over");
  assert.equal(alive("scan").length, 0);
  assert.deepEqual(alive("hash")[0].told.filter(({ type }) => type === "hash").map(({ source }) => source), [0, 1, 2]);
});

test("a reader that breaks down costs its own file only, and the session hears why", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("bad"), input("good")]);
  alive("scan")[0].says({ type: "crashed", source: 0, message: "unreachable" });
  const [lead] = alive("lead");
  assert.deepEqual(last(lead.told), { type: "broke", source: 0, reason: "Broke: unreachable." });
  assert.equal(scans(alive("scan")[0])[0].source, 1);
  alive("scan")[0].says(ended(1));
  await answerSummary(lead);
  const statuses = events.filter(({ type, patch }) => type === "file" && patch.status).map(({ source, patch }) => [source, patch.status]);
  assert.deepEqual(statuses, [[0, "reading"], [0, "crashed"], [1, "reading"], [1, "done"]]);
  assert.ok(events.some(({ type }) => type === "over"));
});

test("when the session is lost, every other file is read again in a new one, with the same numbers", async () => {
  const { pool, events, alive } = setUp(2);
  pool.add([input("a"), input("b")]);
  const waiting = assert.rejects(pool.ask("window"));
  alive("lead")[0].says({ type: "crashed", source: 1, message: "out of memory" });
  await waiting;
  assert.ok(events.some(({ type }) => type === "restarted"), "groups have other numbers now");
  const [lead] = alive("lead");
  assert.deepEqual(lead.told.find(({ type }) => type === "add").inputs.map(({ name }) => name), ["a", "b"]);
  assert.ok(lead.told.some(({ type, source }) => type === "broke" && source === 1));
  assert.deepEqual(alive("scan").flatMap(scans).map(({ source }) => source), [0]);
  alive("scan")[0].says(ended(0));
  await answerSummary(lead);
  assert.ok(events.some(({ type }) => type === "over"));
});

test("a session that is lost again and again ends with a word, not in silence", () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")]);
  for (let i = 0; i < 4; i += 1) alive("lead")[0]?.says({ type: "crashed", source: null, message: "no" });
  assert.equal(last(events).type, "fatal");
});

test("cancel tells running readers to stop and marks the files that had not begun", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a"), input("b")]);
  pool.cancel();
  const [scanner] = alive("scan");
  assert.equal(last(scanner.told).type, "cancel");
  scanner.says(ended(0, true));
  assert.deepEqual(scans(scanner).map(({ source, unread }) => [source, unread]), [[0, false], [1, true]]);
  scanner.says(ended(1, true));
  await answerSummary(alive("lead")[0]);
  assert.deepEqual(events.filter(({ type, patch }) => type === "file" && patch.status === "cancelled").map(({ source }) => source), [0, 1]);
});

test("what is found on the way is passed on to the session", () => {
  const { pool, alive } = setUp(1);
  pool.add([input("a")]);
  const bytes = new ArrayBuffer(3);
  alive("scan")[0].says({ type: "found", source: 0, progress, bytes });
  assert.deepEqual(last(alive("lead")[0].told), { type: "absorb", source: 0, bytes });
});

test("new files wait for no hash: hashing starts anew when they are read", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")]);
  alive("scan")[0].says(ended(0));
  await answerSummary(alive("lead")[0]);
  pool.add([input("b")]);
  assert.equal(alive("hash").length, 0);
  assert.deepEqual(last(events.filter(({ type }) => type === "hash")), { type: "hash", sources: [0], state: "none" });
  alive("scan")[0].says(ended(1));
  await answerSummary(alive("lead")[0]);
  assert.deepEqual(alive("hash")[0].told.filter(({ type }) => type === "hash").map(({ source }) => source), [0, 1]);
});
