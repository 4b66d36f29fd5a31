import assert from "node:assert/strict";
import { test } from "node:test";
import { Contexts } from "./contexts.js";
import { Entry } from "./entry.js";

const MIB = 1024 * 1024;
const PART = 16 * MIB;
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A lead that answers from `more`, whether another round follows, and workers that only note what they were told. */
function setUp({ entries, more = [], most = 2 }) {
  const workers = [];
  const asked = [];
  const found = [];
  const start = () => {
    const worker = {
      told: [], ended: false, onmessage: null, onerror: null,
      postMessage(message) { this.told.push(message.pass); },
      terminate() { this.ended = true; },
      says(message) { if (!this.ended) this.onmessage({ data: message }); },
    };
    workers.push(worker);
    return worker;
  };
  const answers = {
    context: () => undefined,
    context_left: () => undefined,
    context_question: ({ sources }) => ({ question: new ArrayBuffer(1), asks: sources }),
    plan: ({ file }) => Array.from({ length: Math.ceil(file.size / PART) }, (_, index) => (
      { head: new ArrayBuffer(1), start: index * PART, end: Math.min((index + 1) * PART, file.size) })),
    context_next: () => more.shift() ?? false,
    context_failed: () => undefined,
    context_answer: ({ run }) => ({ run }),
  };
  const ask = async (method, args) => {
    asked.push({ method, ...args });
    return answers[method](args);
  };
  const contexts = new Contexts({ start, ask, found: (run, bytes) => found.push([run, bytes.byteLength]), entries: () => entries, most, words: { later: "It came later." } });
  const progress = [];
  const gather = () => contexts.gather({ group: 0, at: "0:-:0:9:0:1", file: entries[0].file, minutes: 5 }, (told) => progress.push(told));
  const calls = (method) => asked.filter((one) => one.method === method);
  return { contexts, answers, gather, workers, found, progress, calls, alive: () => workers.filter(({ ended }) => !ended) };
}

const entry = (name, size, parts = 1) => Object.assign(new Entry({ name, file: { size, name } }, false), { parts, over: true });
const keys = (worker) => worker.told.map(({ source, part }) => (part ? `${source}:${part.start / PART}` : `${source}`));
const passes = (worker, hostLives = 1, bytes = 3) => worker.says({ type: "passed", found: new ArrayBuffer(bytes), hostLives });

test("a part without the host is not asked about the next generation", async () => {
  const { gather, workers, found, progress, calls, alive } = setUp({ entries: [entry("a", 64 * MIB, 4)], more: [true, false] });
  const answer = gather();
  await settled();
  assert.deepEqual(workers.map(keys), [["0:0"], ["0:1"]]);
  passes(workers[0], 0);
  passes(workers[1], 4);
  passes(workers[0], 0);
  passes(workers[1], 0);
  await settled();
  assert.deepEqual(workers.map(keys), [["0:0", "0:2", "0:1"], ["0:1", "0:3"]]);
  passes(workers[0]);
  assert.deepEqual(await answer, { run: 1, stopped: false });
  assert.deepEqual(found, Array(5).fill([1, 3]));
  assert.deepEqual([calls("context_next").length, progress[0], progress[progress.length - 1]], [
    2, { round: 1, bytes: 0, size: 64 * MIB }, { round: 2, bytes: 16 * MIB, size: 16 * MIB },
  ]);
  // As the pool asks, and once: other parts would be others in the next round.
  assert.deepEqual(calls("plan").map(({ scanners }) => scanners), [2]);
  assert.deepEqual(alive(), []);
});

test("each file is asked with its own passwords", async () => {
  const entries = [Object.assign(entry("a", 10), { passwords: "one\ntwo" }), entry("b", 10)];
  const { gather, workers } = setUp({ entries, most: 1 });
  gather();
  await settled();
  passes(workers[0]);
  await settled();
  assert.deepEqual(workers[0].told.map(({ passwords }) => passwords), ["one\ntwo", ""]);
});

test("files of any size are asked, those that were taken out are not", async () => {
  const entries = [entry("a", 10), entry("removed", 5), entry("c", 30)];
  entries[1].remove();
  const { gather, workers, calls } = setUp({ entries, most: 1 });
  const answer = gather();
  await settled();
  passes(workers[0]);
  passes(workers[0]);
  await answer;
  assert.deepEqual(workers.map(keys), [["0", "2"]]);
  assert.deepEqual(calls("context_question")[0].sources, [0, 2]);
});

test("a file whose parts did not fit together is asked as a whole", async () => {
  const whole = entry("a", 64 * MIB, 4);
  whole.failure = "It could not be read.";
  const { gather, workers } = setUp({ entries: [whole] });
  const answer = gather();
  await settled();
  assert.deepEqual(workers.map(keys), [["0"]]);
  passes(workers[0]);
  await answer;
});

test("what can't be asked, and a worker that is lost, are said and hold nothing up", async () => {
  const entries = [entry("a", 10), entry("b", 20), entry("c", 30)];
  const { gather, workers, calls } = setUp({ entries });
  const answer = gather();
  await settled();
  workers[0].says({ type: "pass_failed", message: "It is shorter." });
  workers[1].onerror({ message: "It broke." });
  await settled();
  assert.ok(workers[1].ended);
  assert.deepEqual(keys(workers[0]), ["0", "2"]);
  passes(workers[0]);
  await answer;
  assert.deepEqual(calls("context_failed").map(({ name, reason }) => [name, reason]), [["a", "It is shorter."], ["b", "It broke."]]);
});

test("the last worker that is lost is replaced", async () => {
  const { gather, workers, calls } = setUp({ entries: [entry("a", 10), entry("b", 20)], most: 1 });
  const answer = gather();
  await settled();
  workers[0].says({ type: "crashed", message: "It broke." });
  await settled();
  assert.deepEqual(keys(workers[1]), ["1"]);
  passes(workers[1]);
  await answer;
  assert.deepEqual(calls("context_failed").map(({ name }) => name), ["a"]);
});

test("progress never goes beyond what is to be read", async () => {
  const { gather, workers, progress } = setUp({ entries: [entry("a", 10)] });
  const answer = gather();
  await settled();
  workers[0].says({ type: "passing", bytes: 4 });
  // A zip's directory is read twice.
  workers[0].says({ type: "passing", bytes: 14 });
  passes(workers[0]);
  await answer;
  assert.deepEqual(progress.map(({ bytes }) => bytes), [0, 4, 10, 10]);
});

test("stopped, it answers with what was found and ends its workers", async () => {
  const { contexts, gather, workers, calls, alive } = setUp({ entries: [entry("a", 10)], more: [true] });
  const answer = gather();
  await settled();
  assert.equal(contexts.stop(), true);
  assert.deepEqual(await answer, { run: 1, stopped: true });
  assert.deepEqual([alive(), calls("context_next")], [[], []]);
  assert.equal(workers.length, 1);
  assert.equal(contexts.stop(), false, "there is none any more");
});

test("a file whose reading ends meanwhile is asked the same way in each round", async () => {
  const reading = Object.assign(entry("a", 64 * MIB, 4), { over: false });
  const { gather, workers } = setUp({ entries: [reading], more: [true], most: 1 });
  const answer = gather();
  await settled();
  reading.over = true;
  passes(workers[0]);
  await settled();
  assert.deepEqual(keys(workers[0]), ["0", "0"]);
  passes(workers[0]);
  await answer;
});

test("a file that could not be opened is named, and not asked", async () => {
  const { gather, workers, calls } = setUp({ entries: [entry("a", 10), Object.assign(entry("b", 0), { unopened: "It is shut." })] });
  const answer = gather();
  await settled();
  passes(workers[0]);
  await answer;
  assert.deepEqual(workers.map(keys), [["0"]]);
  assert.deepEqual(calls("context_failed").map(({ name, reason }) => [name, reason]), [["b", "It is shut."]]);
});

test("a file that came later is named as not asked", async () => {
  const entries = [entry("a", 10)];
  const { gather, workers, calls } = setUp({ entries, more: [true] });
  const answer = gather();
  await settled();
  entries.push(entry("b", 20));
  passes(workers[0]);
  await settled();
  passes(workers[0]);
  await answer;
  assert.deepEqual(workers.map(keys), [["0", "0"]]);
  assert.deepEqual(calls("context_failed").map(({ name, reason }) => [name, reason]), [["b", "It came later."]]);
});

test("a file that is gone is asked as a whole, which says why it can't be", async () => {
  const { answers, gather, workers, calls } = setUp({ entries: [entry("a", 64 * MIB, 4), entry("b", 10)] });
  answers.plan = () => { throw new Error("It is gone."); };
  const answer = gather();
  await settled();
  assert.deepEqual(workers.map(keys), [["0"], ["1"]]);
  workers[0].says({ type: "pass_failed", message: "It is gone." });
  passes(workers[1]);
  await answer;
  assert.deepEqual(calls("context_failed").map(({ name }) => name), ["a"]);
});

test("stopped while its event is looked for, it answers nothing, at once", async () => {
  const { answers, contexts, gather, workers, calls } = setUp({ entries: [entry("a", 10)] });
  answers.context = () => new Promise(() => {});
  const answer = gather();
  await settled();
  assert.equal(contexts.stop(), true);
  assert.equal(await answer, null);
  assert.deepEqual([workers, contexts.stop(), calls("context_left").length], [[], false, 1]);
});

test("another context takes the place of the one before, which answers nothing", async () => {
  const { gather, workers, alive } = setUp({ entries: [entry("a", 10)] });
  const first = gather();
  await settled();
  const second = gather();
  assert.equal(await first, null);
  await settled();
  assert.deepEqual(alive(), [workers[1]]);
  passes(workers[1]);
  assert.deepEqual(await second, { run: 2, stopped: false });
});
