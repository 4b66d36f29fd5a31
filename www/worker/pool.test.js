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

const MIB = 1024 * 1024;
const input = (name, size = 10) => ({ name, file: { size, name } });
const progress = { bytes: 10, format: "xml", records: 1, process_creations: 1, matches: 0, unreadable: 0, problems: 0 };
const told = (worker, type) => worker.told.filter((message) => message.type === type);
const jobs = (worker) => told(worker, "scan").flatMap((message) => message.jobs);
const sources = (worker) => jobs(worker).map(({ source }) => source);
const last = (list) => list[list.length - 1];
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A scanner reports the end of the jobs that it was dealt at this place. */
function ends(scanner, at, end = "done", more = {}) {
  const { id } = jobs(scanner)[at];
  scanner.says({ type: "reports", reports: [{ job: id, progress, found: new ArrayBuffer(1), end, reason: "", ...more }] });
}

/** The session answers the last question of this kind. */
async function answers(lead, method, value) {
  await settled();
  const { ask } = last(told(lead, "ask").filter((message) => message.method === method));
  lead.says({ type: "answer", ask, value });
  await settled();
}

/** How the files ended, as the page hears it. */
const statuses = (events) => events.filter(({ type }) => type === "files")
  .flatMap(({ patches }) => patches).filter(([, { status }]) => status && status !== "queued").map(([source, { status }]) => [source, status]);
const isOver = (events) => events.some(({ type }) => type === "over");

test("prepared scanners are those that read", async () => {
  const { pool, alive } = setUp(2);
  pool.prepare([new Uint8Array(1)]);
  assert.deepEqual(alive("scan").map((worker) => told(worker, "warm").length), [1, 0]);
  pool.add(["a", "b", "c"].map((name) => input(name, 5 * MIB)), false);
  assert.equal(alive("scan").length, 2);
  assert.deepEqual(alive("scan").map(sources), [[0], [1]]);
});

test("files are dealt to as many workers as there are cores, then one after another", async () => {
  const { pool, events, alive } = setUp(2);
  pool.add(["a", "b", "c"].map((name) => input(name, 5 * MIB)), false);
  assert.equal(alive("scan").length, 2);
  const [first, second] = alive("scan");
  ends(first, 0);
  assert.deepEqual(sources(first), [0, 2]);
  const [lead] = alive("lead");
  ends(first, 1);
  ends(second, 0);
  assert.equal(alive("scan").length, 0);
  assert.equal(isOver(events), false, "not over before the session has taken in the last of it");
  assert.equal(told(lead, "absorb").length, 3);
  await answers(lead, "summary");
  assert.ok(isOver(events));
  assert.deepEqual(told(alive("hash")[0], "hash").map(({ source }) => source), [0, 1, 2]);
});

test("small files are dealt and reported in batches", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add(Array.from({ length: 100 }, (_, index) => ({ ...input(`f${index}`), passwords: "secret" })), true);
  const [scanner] = alive("scan");
  assert.equal(told(scanner, "scan")[0].jobs.length, 50);
  assert.deepEqual([jobs(scanner)[0].verify, jobs(scanner)[0].passwords], [true, "secret"]);
  const before = events.length;
  scanner.says({ type: "reports", reports: jobs(scanner).slice(0, 49).map(({ id }) => ({ job: id, progress, found: null, end: "done", reason: "" })) });
  assert.deepEqual(events.slice(before).map(({ type }) => type).filter((type) => type !== "files"), []);
  assert.equal(told(scanner, "scan").length, 1, "the batch is not over");
  ends(scanner, 49);
  assert.equal(told(scanner, "scan").length, 2);
});

/** The second one is the larger one. */
const halves = () => [{ head: null, start: 0, end: 30 * MIB }, { head: null, start: 30 * MIB, end: 64 * MIB }];

/** A file of 64 MiB that is read in two parts. */
async function inParts(cores = 1) {
  const set = setUp(cores);
  set.pool.add([input("large", 64 * MIB)], false);
  await answers(set.alive("lead")[0], "plan", halves());
  return { ...set, lead: set.alive("lead")[0], scanner: set.alive("scan")[0] };
}

test("a large file is read in parts, whose progress adds up", async () => {
  const { events, lead, scanner } = await inParts();
  assert.deepEqual(jobs(scanner).map(({ part }) => part.start), [30 * MIB]);
  ends(scanner, 0);
  ends(scanner, 1);
  assert.equal(last(events).patches[0][1].bytes, 20);
  assert.equal(last(events).patches[0][1].records, 2);
  await answers(lead, "misfit", false);
  await answers(lead, "summary");
  assert.deepEqual(statuses(events), [[0, "reading"], [0, "done"]]);
  assert.ok(isOver(events));
});

test("parts that do not fit together are forgotten, and the file is read at a stretch", async () => {
  const { events, lead, scanner } = await inParts();
  ends(scanner, 0);
  ends(scanner, 1);
  await answers(lead, "misfit", true);
  assert.equal(last(jobs(scanner)).part, null);
  ends(scanner, 2);
  await answers(lead, "summary");
  assert.equal(last(statuses(events))[1], "done");
  assert.ok(isOver(events));
});

test("a file of a form that can't be cut is read at a stretch", async () => {
  const { pool, alive } = setUp(2);
  pool.add([input("large.gz", 64 * MIB)], false);
  await answers(alive("lead")[0], "plan", []);
  assert.deepEqual(jobs(alive("scan")[0]).map(({ part }) => part), [null]);
});

test("a reader that breaks down costs what it was at, and the session hears why", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("bad", 5 * MIB), input("good", 5 * MIB)], false);
  const [lead] = alive("lead");
  const [scanner] = alive("scan");
  scanner.says({ type: "crashed", job: jobs(scanner)[0].id, message: "unreachable" });
  assert.deepEqual(last(told(lead, "failed")), { type: "failed", source: 0, bytes: 0, reason: "Broke: unreachable.", crashed: true });
  ends(alive("scan")[0], 0);
  await answers(lead, "summary");
  assert.deepEqual(statuses(events), [[0, "reading"], [0, "crashed"], [1, "reading"], [1, "done"]]);
  assert.ok(isOver(events));
});

test("a worker that was dealt much makes room for a new one, if much is left", async () => {
  const { pool, events, alive } = setUp(1);
  const size = (8 * 256 + 100) * MIB;
  pool.add([input("a", size)], false);
  const [lead] = alive("lead");
  const part = (_, nth) => ({ head: new ArrayBuffer(0), start: nth * 256 * MIB, end: Math.min(size, (nth + 1) * 256 * MIB) });
  await answers(lead, "plan", Array.from({ length: 9 }, part));
  let read = 0;
  let most = 0;
  const used = new Set();
  for (let at = 0; at < 20 && read < 9; at += 1) {
    const busy = alive("scan");
    most = Math.max(most, busy.length);
    for (const worker of busy) {
      used.add(worker);
      const done = worker.done ?? 0;
      if (jobs(worker).length > done) {
        worker.done = done + 1;
        read += 1;
        ends(worker, done);
      }
    }
  }
  await answers(lead, "misfit", false);
  assert.equal(read, 9);
  assert.equal(used.size, 4, "each was dealt two parts, and the last one also the rest, for which none is started");
  assert.ok(most <= 2, "the next one starts while one reads its last part, and no sooner");
  assert.equal([...used].filter(({ ended }) => ended).length, 4);
  assert.ok(!statuses(events).some(([, status]) => status === "crashed"));
});

/** A plan of so many parts of 32 MiB. */
const plan = (count, packed = false) => Array.from({ length: count }, (_, nth) => ({ head: null, start: 32 * nth * MIB, end: 32 * (nth + 1) * MIB, packed }));
const starts = (worker) => jobs(worker).map(({ part }) => part && part.start / MIB / 32);

test("parts are dealt to be read side by side, as long as many are left", async () => {
  const { pool, alive } = setUp(2);
  pool.add([input("large", 384 * MIB)], false);
  await answers(alive("lead")[0], "plan", plan(12));
  const dealt = () => alive("scan").map((worker) => jobs(worker).length);
  assert.deepEqual(dealt(), [4, 4], "the last four wait for those who have nothing else");
  const [first, second] = alive("scan");
  ends(first, 0);
  assert.deepEqual(dealt(), [4, 4]);
  for (let at = 1; at < 4; at += 1) ends(first, at);
  assert.deepEqual(dealt(), [5, 4]);
  for (let at = 0; at < 4; at += 1) ends(second, at);
  assert.deepEqual(dealt(), [5, 5]);
});

test("more scanners read fewer parts at once each; what is packed is read by itself", async () => {
  for (const [cores, packed, each] of [[4, false, 2], [3, false, 3], [1, false, 4], [2, true, 2]]) {
    const { pool, alive } = setUp(cores);
    pool.add([input("large", 3200 * MIB)], false);
    await answers(alive("lead")[0], "plan", plan(100, packed));
    assert.deepEqual(alive("scan").map((worker) => jobs(worker).length), Array(cores).fill(each), `${cores} cores`);
  }
});

/** A part has handed something over and has not ended. */
function hands(scanner, at) {
  const { id } = jobs(scanner)[at];
  scanner.says({ type: "reports", reports: [{ job: id, progress, found: new ArrayBuffer(1), end: null, reason: "" }] });
}

test("a part that handed something over when its reader broke at another is not counted twice: its file is read again", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("good", 96 * MIB)], false);
  pool.add([input("bad", 96 * MIB)], false);
  const [lead] = alive("lead");
  const [good, bad] = told(lead, "ask").filter(({ method }) => method === "plan").map(({ ask }) => ask);
  lead.says({ type: "answer", ask: good, value: plan(3) });
  lead.says({ type: "answer", ask: bad, value: plan(3) });
  await settled();
  const [scanner] = alive("scan");
  assert.deepEqual(sources(scanner), [0, 0, 0, 1]);
  ends(scanner, 0);
  hands(scanner, 1);
  scanner.says({ type: "crashed", job: jobs(scanner)[3].id, message: "unreachable" });
  const [other] = alive("scan");
  for (const at of [0, 1, 2]) ends(other, at);
  assert.deepEqual(sources(other), [1, 1, 0], "what handed nothing over is simply read");
  await settled();
  assert.deepEqual(last(told(lead, "ask").filter(({ method }) => method === "misfit")).args, { source: 0, spoilt: true });
  await answers(lead, "misfit", true);
  await answers(lead, "plan", plan(3));
  for (const at of [3, 4, 5]) ends(alive("scan")[0], at);
  assert.deepEqual(starts(alive("scan")[0]).slice(3), [0, 1, 2]);
  await answers(lead, "misfit", false);
  await answers(lead, "summary");
  assert.deepEqual(statuses(events).slice(-2), [[1, "crashed"], [0, "done"]]);
  assert.equal(told(lead, "failed").length, 1);
  assert.ok(isOver(events));
});

test("of a file that broke its reader all is read again but the part that did", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("bad", 160 * MIB)], false);
  const [lead] = alive("lead");
  await answers(lead, "plan", plan(5));
  const [scanner] = alive("scan");
  assert.deepEqual(starts(scanner), [0, 1, 2]);
  hands(scanner, 0);
  scanner.says({ type: "crashed", job: jobs(scanner)[1].id, message: "unreachable" });
  let [next] = alive("scan");
  for (let at = 0; at < jobs(next).length; at += 1) ends(next, at);
  assert.deepEqual(starts(next).sort(), [2, 3, 4]);
  await answers(lead, "misfit", true);
  await answers(lead, "plan", plan(5));
  [next] = alive("scan");
  for (let at = 3; at < jobs(next).length; at += 1) ends(next, at);
  assert.deepEqual(starts(next).slice(3).sort(), [0, 2, 3, 4]);
  await answers(lead, "summary");
  assert.equal(told(lead, "ask").filter(({ method }) => method === "misfit").length, 1, "with a part missing, the others do not fit");
  assert.deepEqual(told(lead, "failed").map(({ crashed }) => crashed), [true]);
  assert.deepEqual(last(statuses(events)), [0, "crashed"]);
  assert.ok(isOver(events));
});

test("a file of which several parts were lost at last is read again once", async () => {
  const { pool, alive } = setUp(2);
  pool.add([input("bad", 384 * MIB)], false);
  const [lead] = alive("lead");
  await answers(lead, "plan", plan(12));
  const [first, second] = alive("scan");
  for (let at = 0; at < jobs(second).length; at += 1) ends(second, at);
  hands(first, 0);
  hands(first, 1);
  ends(first, 3);
  first.says({ type: "crashed", job: jobs(first)[2].id, message: "unreachable" });
  await settled();
  for (const { ask } of told(lead, "ask").filter(({ method }) => method === "misfit")) lead.says({ type: "answer", ask, value: true });
  await settled();
  assert.equal(told(lead, "ask").filter(({ method }) => method === "plan").length, 2);
  assert.ok(alive("scan").flatMap(jobs).every(({ part }) => part !== null), "not at a stretch too");
});

test("cancelled while it is read again, a file is not begun anew", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("bad", 160 * MIB)], false);
  const [lead] = alive("lead");
  await answers(lead, "plan", plan(5));
  hands(alive("scan")[0], 0);
  alive("scan")[0].says({ type: "crashed", job: jobs(alive("scan")[0])[1].id, message: "unreachable" });
  const [next] = alive("scan");
  for (let at = 0; at < jobs(next).length; at += 1) ends(next, at);
  await answers(lead, "misfit", true);
  pool.cancel();
  await answers(lead, "plan", plan(5));
  await answers(lead, "summary");
  assert.deepEqual(told(lead, "stopped").map(({ source }) => source), [0]);
  assert.deepEqual(last(statuses(events)), [0, "crashed"]);
  assert.ok(isOver(events));
});

test("what else a broken reader had is read by another", () => {
  const { pool, alive } = setUp(1);
  pool.add(["a", "b", "c", "d"].map((name) => input(name)), false);
  const [scanner] = alive("scan");
  assert.deepEqual(sources(scanner), [0, 1]);
  scanner.says({ type: "crashed", job: jobs(scanner)[1].id, message: "unreachable" });
  const [next] = alive("scan");
  for (let at = 0; at < 3; at += 1) ends(next, at);
  assert.deepEqual(sources(next).sort(), [0, 2, 3]);
});

test("the other parts of a file still count when the reader of one breaks down", async () => {
  const { events, alive, lead, scanner } = await inParts();
  ends(scanner, 0);
  scanner.says({ type: "crashed", job: jobs(scanner)[1].id, message: "unreachable" });
  await answers(lead, "summary");
  assert.equal(told(lead, "absorb").length, 1);
  assert.equal(last(told(lead, "failed")).bytes, 10);
  assert.deepEqual(last(statuses(events)), [0, "crashed"]);
  assert.equal(alive("scan").length, 0);
});

test("a file that can't be read on is told of once, and its other parts are not tried", async () => {
  const { events, lead, scanner } = await inParts();
  ends(scanner, 0, "failed", { reason: "Gone." });
  await answers(lead, "summary");
  assert.deepEqual(told(lead, "failed").map(({ reason }) => reason), ["Gone."]);
  assert.equal(jobs(scanner).length, 1);
  assert.deepEqual(last(statuses(events)), [0, "done"]);
});

test("when the session is lost, every other file is read again in a new one, with the same numbers", async () => {
  const { pool, events, alive } = setUp(2);
  pool.add([input("a"), input("b")], false);
  const waiting = assert.rejects(pool.ask("window"));
  alive("lead")[0].says({ type: "crashed", source: 1, message: "out of memory" });
  await waiting;
  assert.ok(events.some(({ type }) => type === "restarted"), "groups have other numbers now");
  const [lead] = alive("lead");
  assert.deepEqual(told(lead, "add")[0].inputs.map(({ name }) => name), ["a", "b"]);
  assert.deepEqual(told(lead, "failed").map(({ source }) => source), [1]);
  assert.deepEqual(alive("scan").flatMap(sources), [0]);
  ends(alive("scan")[0], 0);
  await answers(lead, "summary");
  assert.ok(isOver(events));
});

test("a session that is lost again and again ends with a word, not in silence", () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")], false);
  for (let i = 0; i < 4; i += 1) alive("lead")[0]?.says({ type: "crashed", message: "no" });
  assert.equal(last(events).type, "fatal");
});

test("cancel tells running readers to stop and marks the files that had not begun", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a", 5 * MIB), input("b", 5 * MIB)], false);
  pool.cancel();
  const [scanner] = alive("scan");
  const [lead] = alive("lead");
  assert.equal(last(scanner.told).type, "cancel");
  assert.deepEqual(told(lead, "stopped"), [{ type: "stopped", source: 1, bytes: 0 }]);
  ends(scanner, 0, "stopped");
  assert.deepEqual(last(told(lead, "stopped")), { type: "stopped", source: 0, bytes: 10 });
  await answers(lead, "summary");
  assert.deepEqual(statuses(events), [[0, "reading"], [1, "cancelled"], [0, "cancelled"]]);
  assert.ok(isOver(events));
});

test("a file in parts is cancelled once, whatever was being read of it", async () => {
  const { pool, events, lead, scanner } = await inParts();
  pool.cancel();
  ends(scanner, 0, "stopped");
  await answers(lead, "summary");
  assert.deepEqual(told(lead, "stopped"), [{ type: "stopped", source: 0, bytes: 10 }]);
  assert.equal(jobs(scanner).length, 1);
  assert.ok(isOver(events));
});

test("a file that ended before it heard of the cancel is whole", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")], false);
  pool.cancel();
  ends(alive("scan")[0], 0);
  await answers(alive("lead")[0], "summary");
  assert.deepEqual(last(statuses(events)), [0, "done"]);
});

test("cancelled while its parts are still being planned, a file is not begun", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("large", 64 * MIB)], false);
  pool.cancel();
  await answers(alive("lead")[0], "plan", halves());
  assert.equal(alive("scan").length, 0);
  await answers(alive("lead")[0], "summary");
  assert.deepEqual(statuses(events), [[0, "cancelled"]]);
  assert.ok(isOver(events));
});

test("what is found on the way is passed on to the session", () => {
  const { pool, alive } = setUp(1);
  pool.add([input("a")], false);
  const found = new ArrayBuffer(3);
  const [scanner] = alive("scan");
  scanner.says({ type: "reports", reports: [{ job: jobs(scanner)[0].id, progress, found, end: null, reason: "" }] });
  assert.deepEqual(last(alive("lead")[0].told), { type: "absorb", source: 0, found });
});

test("new files wait for no hash: hashing starts anew when they are read", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")], false);
  ends(alive("scan")[0], 0);
  await answers(alive("lead")[0], "summary");
  pool.add([input("b")], false);
  assert.equal(alive("hash").length, 0);
  assert.ok(events.some(({ type, patches }) => type === "files" && patches.some(([source, { hash }]) => source === 0 && hash === "none")));
  ends(alive("scan")[0], 0);
  await answers(alive("lead")[0], "summary");
  assert.deepEqual(told(alive("hash")[0], "hash").map(({ source }) => source), [0, 1]);
});

test("a file that is taken out is not hashed to its end", async () => {
  const { pool, alive } = setUp(1);
  pool.add([input("a"), input("b")], false);
  ends(alive("scan")[0], 0);
  ends(alive("scan")[0], 1);
  await answers(alive("lead")[0], "summary");
  const [hasher] = alive("hash");
  pool.remove(0);
  assert.deepEqual(told(hasher, "forget").map(({ source }) => source), [0]);
  assert.equal(alive("hash").length, 1, "the other one still is");
  pool.remove(1);
  assert.equal(alive("hash").length, 0);
});

test("closed, it leaves no question open and starts nothing more", async () => {
  const { pool, events, workers, alive } = setUp(1);
  pool.add([input("large", 64 * MIB)], false);
  const window = pool.ask("window");
  const before = [workers.length, events.length];
  pool.close();
  await assert.rejects(window, /closed/);
  await settled();
  assert.deepEqual([workers.length, events.length], before);
  assert.deepEqual(["lead", "scan", "hash"].map((role) => alive(role).length), [0, 0, 0]);
});

test("what a change makes of the result is heard before its answer is", async () => {
  const { pool, events, alive } = setUp(1);
  const answered = pool.ask("tune", { json: "{}" }).then((value) => events.push(value));
  const [lead] = alive("lead");
  lead.says({ type: "answer", ask: last(told(lead, "ask")).ask, value: "tuning", summary: "news" });
  await answered;
  assert.deepEqual(events, [{ type: "summary", summary: "news" }, "tuning"]);
});

/** Two parts of one file, as the session answers. */
const TWO_PARTS = [{ head: null, start: 0, end: 32 * MIB }, { head: null, start: 32 * MIB, end: 64 * MIB }];

test("what was stopped is read again with all else when the session is lost, and can be stopped again", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a", 64 * MIB)], false);
  await answers(alive("lead")[0], "plan", TWO_PARTS);
  pool.cancel();
  ends(alive("scan")[0], 0, "stopped");
  await answers(alive("lead")[0], "summary");
  assert.deepEqual(last(statuses(events)), [0, "cancelled"]);
  alive("lead")[0].says({ type: "crashed", message: "It broke." });
  await answers(alive("lead")[0], "plan", TWO_PARTS);
  ends(alive("scan")[0], 0);
  ends(alive("scan")[0], 1);
  // The parts don't fit together: it is read at a stretch.
  await answers(alive("lead")[0], "misfit", true);
  assert.equal(last(jobs(alive("scan")[0])).part, null);
  pool.cancel();
  assert.equal(told(alive("scan")[0], "cancel").length, 1);
});

test("what a scanner was to stop is not dealt to others when it breaks", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a", 96 * MIB)], false);
  await answers(alive("lead")[0], "plan", Array.from({ length: 6 }, (_, at) => ({ head: null, start: at * 16 * MIB, end: (at + 1) * 16 * MIB, packed: false })));
  const [scanner] = alive("scan");
  assert.equal(jobs(scanner).length, 4);
  pool.cancel();
  scanner.says({ type: "crashed", job: jobs(scanner)[0].id, message: "It broke." });
  await settled();
  assert.deepEqual(alive("scan").flatMap(jobs), []);
  await answers(alive("lead")[0], "summary");
  assert.ok(isOver(events));
});

test("a scanner that hears nothing costs only what it was to stop", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { pool, events, alive } = setUp(1);
  pool.add([input("a", 5 * MIB)], false);
  const [deaf] = alive("scan");
  pool.cancel();
  pool.add(Array.from({ length: 8 }, (_, index) => input(`new${index}`, 5 * MIB)), false);
  const dealt = jobs(deaf).length;
  context.mock.timers.tick(2000);
  assert.equal(deaf.ended, true);
  const [other] = alive("scan");
  for (let at = 0; at < 8; at += 1) ends(other, at);
  const ended = new Map(statuses(events));
  assert.deepEqual([ended.get(0), ...Array.from({ length: 8 }, (_, index) => ended.get(1 + index))], ["cancelled", ...Array(8).fill("done")], `${dealt} were dealt to it`);
});

test("a pool that is closed answers nothing, and says so", async () => {
  const { pool } = setUp();
  pool.close();
  await assert.rejects(pool.ask("hints"), /closed/);
});

test("the session is lost while the only file is taken out: nothing is left, which is over", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")], false);
  ends(alive("scan")[0], 0);
  await answers(alive("lead")[0], "summary");
  events.length = 0;
  const removed = pool.remove(0);
  alive("lead")[0].says({ type: "crashed", message: "It broke." });
  assert.deepEqual(await removed, []);
  await answers(alive("lead")[0], "summary");
  assert.ok(isOver(events));
  assert.equal(await pool.remove(0), null, "it is gone already");
});

test("a file that was taken out stays out when the session is lost later", async () => {
  const { pool, alive } = setUp(1);
  pool.add([input("a"), input("b")], false);
  for (const at of [0, 1]) ends(alive("scan")[0], at);
  await answers(alive("lead")[0], "summary");
  const removed = pool.remove(0);
  await answers(alive("lead")[0], "remove", []);
  await removed;
  alive("lead")[0].says({ type: "crashed", message: "It broke." });
  await settled();
  const [lead] = alive("lead");
  assert.deepEqual(told(lead, "ask").filter(({ method }) => method === "remove").map(({ args }) => args), [{ source: 0 }]);
  assert.deepEqual(alive("scan").flatMap(sources), [1]);
});

test("files whose matches have room when another one is gone are taken out with it, and named", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a"), input("b"), input("c")], false);
  for (const at of [0, 1, 2]) ends(alive("scan")[0], at);
  const [lead] = alive("lead");
  await answers(lead, "summary");
  events.length = 0;
  const removed = pool.remove(0);
  await answers(lead, "remove", [2]);
  assert.deepEqual(await removed, [2]);
  assert.deepEqual(statuses(events), [[0, "removed"], [2, "removed"]]);
  assert.equal(await pool.remove(2), null, "it is gone already");
});

test("what is added while the end is told is over by its own end only", async () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("a")], false);
  ends(alive("scan")[0], 0);
  const [lead] = alive("lead");
  await settled();
  const first = last(told(lead, "ask"));
  pool.add([input("b")], false);
  ends(alive("scan")[0], 0);
  await settled();
  lead.says({ type: "answer", ask: first.ask, value: null });
  await settled();
  assert.equal(isOver(events), false);
  await answers(lead, "summary");
  assert.equal(events.filter(({ type }) => type === "over").length, 1);
});

test("what could not be opened is told of at once, and has no hash", async () => {
  const { pool, events, alive } = setUp(2);
  pool.add([{ ...input("case/locked", 0), unopened: "It is shut." }, input("a")], false);
  const [lead] = alive("lead");
  assert.deepEqual(told(lead, "failed"), [{ type: "failed", source: 0, bytes: 0, reason: "It is shut.", crashed: false }]);
  assert.deepEqual(statuses(events)[0], [0, "done"]);
  assert.deepEqual(sources(alive("scan")[0]), [1]);
  ends(alive("scan")[0], 0);
  await answers(lead, "summary");
  assert.ok(isOver(events));
  assert.deepEqual(told(alive("hash")[0], "hash").map(({ source }) => source), [1]);
});

test("more files than a call takes arguments are dealt", () => {
  const { pool, events } = setUp(1);
  pool.add(Array.from({ length: 250_000 }, (_, at) => input(`f${at}`)), false);
  assert.equal(pool.entries.length, 250_000);
  assert.equal(events.find(({ type }) => type === "added").files.length, 250_000);
});

test("a file that ends well was read whole, wherever its reader stopped", () => {
  const { pool, events, alive } = setUp(1);
  pool.add([input("whole", 25), input("failed", 25)], false);
  const [scanner] = alive("scan");
  ends(scanner, 0);
  ends(scanner, 1, "failed", { reason: "gone" });
  const bytes = events.filter(({ type }) => type === "files").flatMap(({ patches }) => patches).filter(([, { status }]) => status === "done").map(([, { bytes }]) => bytes);
  assert.deepEqual(bytes, [25, 10]);
});
