import assert from "node:assert/strict";
import test from "node:test";
import { bars, bucketsOf, hostsIn, hostsOf, isoOf, rangeOf, ticks } from "./timeline.js";
import { millis } from "./time.js";

/** @type {Core.Timeline} */
const timeline = {
  from: "2024-05-01T10:00:00.1230000Z", to: "2024-05-01T10:00:10.123Z", stepMs: 1000, laneCount: 2, untimed: 0, totals: [1, 0, 3, 0],
  lanes: [{ dest: "a", events: 3, counts: [1, 0, 2, 0] }, { dest: "b", events: 1, counts: [0, 0, 1, 0] }],
};

test("times of any precision", () => {
  assert.equal(isoOf(millis("2024-05-01T10:00:00.1234567Z")), "2024-05-01T10:00:00.123Z");
  assert.equal(isoOf(millis("2024-05-01T10:00:00Z")), "2024-05-01T10:00:00.000Z");
});

test("bars become a range and a range becomes bars", () => {
  const range = rangeOf(timeline, 2, 1);
  assert.deepEqual(range, { from: "2024-05-01T10:00:01.123Z", to: "2024-05-01T10:00:03.123Z" });
  assert.deepEqual(bucketsOf(timeline, range, 4), { first: 1, last: 2 });
  assert.deepEqual(bucketsOf(timeline, { from: "2020-01-01T00:00:00Z", to: "2020-01-02T00:00:00Z" }, 4), null);
  assert.deepEqual(bucketsOf(timeline, { from: "2020-01-01T00:00:00Z", to: "2030-01-02T00:00:00Z" }, 4), { first: 0, last: 3 });
});

test("a single event among many is seen", () => {
  assert.equal(bars([0, 10_000, 1], 10_000, 20), "M1 20v-20h1V20zM2 20v-4h1V20z");
});

test("the axis is labelled at its ends", () => {
  assert.deepEqual(ticks(timeline, 3).map(({ share, iso }) => [share, iso.slice(17, 23)]), [[0, "00.123"], [0.5, "02.123"], [1, "04.123"]]);
});

test("hosts without a lane are one together, so that no event is lost", () => {
  assert.deepEqual(hostsOf(timeline, 2).map(({ dest, hosts }) => [dest, hosts]), [["a", 1], ["b", 1]]);
  const more = { ...timeline, laneCount: 5, totals: [1, 2, 4, 0] };
  assert.deepEqual(hostsOf(more, 2)[2], { dest: null, hosts: 3, events: 3, counts: [0, 2, 1, 0] });
  assert.deepEqual(hostsOf(more, 1)[1], { dest: null, hosts: 4, events: 4, counts: [0, 2, 2, 0] });
});

test("the hosts of some bars, those with most events first", () => {
  assert.deepEqual(hostsIn(timeline, 0, 3, 3), { events: 4, named: [{ dest: "a", events: 3 }, { dest: "b", events: 1 }], others: 0 });
  assert.deepEqual(hostsIn(timeline, 0, 0, 3), { events: 1, named: [{ dest: "a", events: 1 }], others: 0 });
  assert.deepEqual(hostsIn({ ...timeline, totals: [1, 0, 9, 0] }, 2, 3, 1), { events: 9, named: [{ dest: "a", events: 2 }], others: 7 });
  assert.deepEqual(hostsIn(timeline, 1, 1, 3), { events: 0, named: [], others: 0 });
});

test("a range ends where the core's time does", () => {
  const late = { ...timeline, from: "2026-01-01T00:00:00.000Z", to: "2262-04-11T20:00:00.000Z", stepMs: 365 * 86_400_000 };
  assert.equal(rangeOf(late, 230, 236).to, "2262-04-11T23:47:16.854Z");
  assert.equal(isoOf(-1e15), "1677-09-21T00:12:43.146Z");
});
