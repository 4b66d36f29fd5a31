import assert from "node:assert/strict";
import { test } from "node:test";
import { fileProgress, secondsOf, totalProgress, wasStopped } from "./progress.js";

/** @returns {any} */
const file = (patch = {}) => ({ status: "reading", size: 1000, bytes: 250, startedAt: 0, endedAt: null, matches: 1, ...patch });

test("share, rate and time left of a file", () => {
  assert.deepEqual(fileProgress(file(), 500), { share: 0.25, rate: 500, left: 1.5 });
  assert.deepEqual(fileProgress(file(), 100), { share: 0.25, rate: null, left: null });
  assert.deepEqual(fileProgress(file({ size: 0, bytes: 0, status: "done" }), 500), { share: 1, rate: null, left: null });
});

test("the rate of a finished file does not sink with time", () => {
  assert.equal(fileProgress(file({ status: "done", bytes: 1000, endedAt: 1000 }), 99000).rate, 1000);
});

test("of a file that ended early nothing is left, but it was not read whole", () => {
  const whole = totalProgress([file({ status: "crashed", bytes: 10 }), file({ status: "cancelled", bytes: 500 }), file()], 0, 1000);
  assert.equal(whole.bytes, 760);
  assert.equal(whole.finished, 0);
  assert.equal(whole.matches, 3);
  assert.equal(whole.share, 0.75);
  assert.equal(whole.left, 750 / 760);
});

test("what was stopped in an earlier reading was not stopped in this one", () => {
  const stopped = (/** @type {number} */ endedAt) => file({ status: "cancelled", endedAt });
  assert.equal(wasStopped({ files: [stopped(500), file({ status: "done", endedAt: 2000 })], startedAt: 1000 }), false);
  assert.equal(wasStopped({ files: [stopped(1500)], startedAt: 1000 }), true);
});

test("rate and time left are of what is read now, not of what was read before", () => {
  const before = file({ status: "done", size: 600_000, bytes: 600_000, endedAt: 4000 });
  const whole = totalProgress([before, file()], 9000, 9500);
  assert.equal(whole.rate, 500);
  assert.equal(whole.left, 1.5);
  assert.equal(whole.bytes, 600_250);
  assert.equal(totalProgress([before, file({ bytes: 0 })], 9000, 9500).rate, null, "nothing was read yet");
  // A file that is read once more, as its session was lost, keeps its old end until it is over.
  assert.equal(totalProgress([file({ endedAt: 4000 })], 9000, 9500).rate, 500);
});

test("how long it took is said of all files, or not at all", () => {
  const done = (/** @type {number} */ endedAt) => file({ status: "done", endedAt });
  assert.equal(secondsOf({ files: [done(1500), done(2000)], startedAt: 1000, endedAt: 2500 }), 1.5);
  assert.equal(secondsOf({ files: [done(500), done(2000)], startedAt: 1000, endedAt: 2500 }), null, "one was read before");
  assert.equal(secondsOf({ files: [done(1500), file({ status: "removed", endedAt: 2000 })], startedAt: 1000, endedAt: 2500 }), null, "one was taken out");
  assert.equal(secondsOf({ files: [file()], startedAt: 1000, endedAt: null }), null, "it is read still");
});
