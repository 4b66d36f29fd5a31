import assert from "node:assert/strict";
import { after, before, test } from "node:test";

const PIECE = 256 * 1024;
const said = [];
/** What happens when the core has ended a job. */
let onEnd = () => {};
/** What the core was given, by the name of the input. */
const pushed = [];
/** The passwords it was given. */
const unlocked = [];
/** A core that wants all of an input, in pieces; one that is named "bad" breaks at its second piece, "worse" when what it found is taken. */
class Scan {
  constructor(source, name, size) {
    Object.assign(this, { name, size, at: 0, taken: 0 });
  }
  static of_part(source, name, size, verify, head, start, end) {
    return new Scan(source, name, end - start);
  }
  set_passwords(lines) { unlocked.push(lines); }
  want_offset() { return this.at < this.size ? this.at : -1; }
  want_length() { return Math.min(PIECE, this.size - this.at); }
  push(bytes) {
    if (this.name === "bad" && this.at > 0) throw new WebAssembly.RuntimeError("unreachable");
    pushed.push(this.name);
    this.at += bytes.length;
  }
  has_match() { return this.name === "hit" && this.at >= 2 * PIECE && this.taken === 0; }
  progress() {
    if (this.finished) throw new Error("null pointer passed to rust");
    return { bytes: this.at };
  }
  take() {
    if (this.finished) throw new Error("null pointer passed to rust");
    if (this.name === "worse") throw new WebAssembly.RuntimeError("unreachable");
    this.taken += 1;
    return new Uint8Array(1);
  }
  finish() {
    this.finished = true;
    onEnd();
    return new Uint8Array(2);
  }
}

/** @type {typeof import("./scanner.js").Scanner} */
let Scanner;
/** Node waits for as long as one is open, or a timer runs, as they do in a scanner that is to be ended. */
const channels = [];
const { setInterval } = globalThis;
class Channel extends MessageChannel {
  constructor() {
    super();
    channels.push(this);
  }
}
before(async () => {
  const { MessageChannel } = globalThis;
  globalThis.setInterval = (...args) => setInterval(...args).unref();
  Object.assign(globalThis, { wasm_bindgen: { Scan }, postMessage: (message) => said.push(message), self: globalThis, MessageChannel: Channel });
  ({ Scanner } = await import("./scanner.js"));
  globalThis.MessageChannel = MessageChannel;
});
after(() => {
  globalThis.setInterval = setInterval;
  for (const { port1 } of channels) port1.close();
  for (const name of ["wasm_bindgen", "postMessage", "self"]) delete globalThis[name];
});

let id = 0;
/** A job over so many pieces. `part`: plain or packed. */
const job = (name, pieces, part = null) => {
  const file = new Blob([new Uint8Array(pieces * PIECE)]);
  return { id: ++id, source: 0, file, name, passwords: `of ${name}`, verify: false, part: part && { head: new ArrayBuffer(0), start: 0, end: file.size, packed: part === "packed" } };
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

/** Reads these, each a batch of its own, and gives whose pieces the core got, one after another. */
async function read(...jobs) {
  said.length = 0;
  pushed.length = 0;
  const scanner = new Scanner({ stalled: "stalled", shorter: "shorter", closed: "closed" });
  for (const one of jobs) scanner.hear({ type: "scan", jobs: [one] });
  await settled();
  return pushed.filter((name, at) => name !== pushed[at - 1]).join(" ");
}
const ended = () => said.filter(({ type }) => type === "reports").flatMap(({ reports }) => reports).filter(({ end }) => end !== null).map(({ job, end }) => [job, end]);

test("plain parts are read side by side, all else by itself, in the order it came", async () => {
  assert.match(await read(job("a", 4, "plain"), job("b", 4, "plain"), job("c", 4, "plain")), /^a b .*c .*a/);
  assert.equal(await read(job("a", 3, "packed"), job("b", 3, "packed")), "a b");
  assert.equal(await read(job("a", 3), job("b", 3), job("c", 1, "plain")), "a b c");
  assert.match(await read(job("a", 3, "plain"), job("b", 3, "plain"), job("c", 2), job("d", 2, "plain")), /^a b .*[ab] c d$/);
  assert.equal(ended().length, 4);
});

test("each is tried with its own passwords", async () => {
  unlocked.length = 0;
  await read(job("a", 1), job("b", 1, "packed"));
  assert.deepEqual(unlocked, ["of a", "of b"]);
});

test("what the core says after it broke is not told: the first word is of the job that broke it, and no other ends", async () => {
  const jobs = [job("a", 8, "plain"), job("bad", 8, "plain"), job("c", 8, "plain"), job("d", 1)];
  await read(...jobs);
  assert.deepEqual(said.filter(({ type }) => type === "crashed"), [{ type: "crashed", job: jobs[1].id, message: "unreachable" }]);
  assert.deepEqual(ended(), []);
});

test("a job that breaks the core while another one is read is named", async (context) => {
  let now = 1000;
  context.mock.method(performance, "now", () => (now += 20));
  const jobs = [job("a", 8, "plain"), job("worse", 8, "plain"), job("c", 8, "plain")];
  await read(...jobs);
  assert.deepEqual(said.filter(({ type }) => type === "crashed"), [{ type: "crashed", job: jobs[1].id, message: "unreachable" }]);
});

test("a cancel stops all that is read and all that waits, and nothing that comes later", async () => {
  said.length = 0;
  pushed.length = 0;
  const scanner = new Scanner({ stalled: "stalled", shorter: "shorter", closed: "closed" });
  const jobs = [job("a", 8, "plain"), job("b", 8, "plain"), job("c", 8)];
  for (const one of jobs) scanner.hear({ type: "scan", jobs: [one] });
  scanner.hear({ type: "cancel" });
  const later = job("d", 2, "plain");
  scanner.hear({ type: "scan", jobs: [later] });
  await settled();
  assert.deepEqual(ended().sort(([a], [b]) => a - b), [...jobs.map((one) => [one.id, "stopped"]), [later.id, "done"]]);
});

test("a job that has ended is asked nothing more, whatever comes before it is put away", async () => {
  const scanner = new Scanner({ stalled: "stalled", shorter: "shorter", closed: "closed" });
  const jobs = [job("a", 1, "plain"), job("b", 9, "plain")];
  said.length = 0;
  onEnd = () => queueMicrotask(() => scanner.report(performance.now() + 10_000));
  for (const one of jobs) scanner.hear({ type: "scan", jobs: [one] });
  await settled();
  onEnd = () => {};
  assert.deepEqual(said.filter(({ type }) => type === "crashed"), []);
  assert.deepEqual(ended().map(([, end]) => end), ["done", "done"]);
});

test("what all of them found is handed over soon, each job by itself", async (context) => {
  let now = 1000;
  context.mock.method(performance, "now", () => (now += 20));
  const jobs = [12, 12, 3, 4, 5].map((pieces, at) => job("abcde"[at], pieces, "plain"));
  await read(...jobs);
  assert.deepEqual(said.filter(({ type }) => type === "crashed"), []);
  const reports = said.flatMap((message) => message.reports ?? []);
  for (const { id } of jobs.slice(0, 2)) {
    const mine = reports.filter(({ job }) => job === id);
    assert.ok(mine.filter(({ found, end }) => found && end === null).length > 1, "on the way");
    assert.equal(mine.at(-1).end, "done");
    assert.equal(mine.at(-1).found.byteLength, 2);
  }
});

test("the first match is handed over at once, and later ones by and by", async (context) => {
  // Time stands still: nothing is due.
  context.mock.method(performance, "now", () => 1000);
  const jobs = [job("a", 6, "plain"), job("hit", 6, "plain"), job("hit", 6, "plain")];
  await read(...jobs);
  const told = said.flatMap((message) => message.reports ?? []).filter(({ end, found }) => end === null && found);
  assert.deepEqual(told.map(({ job }) => job).sort(), jobs.map(({ id }) => id), "once, what all of them found");
});
