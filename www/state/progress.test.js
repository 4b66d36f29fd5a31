import assert from "node:assert/strict";
import { test } from "node:test";
import { allOver, fileProgress, totalProgress } from "./progress.js";

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

test("a file that ended early counts as done in the whole", () => {
  const whole = totalProgress([file({ status: "crashed", bytes: 10 }), file()], 0, 1000);
  assert.equal(whole.bytes, 1250);
  assert.equal(whole.finished, 1);
  assert.equal(whole.matches, 2);
  assert.equal(allOver([file()]), false);
  assert.equal(allOver([file({ status: "cancelled" })]), true);
});
