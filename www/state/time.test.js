process.env.TZ = "America/St_Johns";
import assert from "node:assert/strict";
import { test } from "node:test";
import { areTurnedBetween, clockBetween, endOfSpan, fullTime, offsetAt, offsetLabel, offsetsWhereTurned, timesOf, wholeSeconds } from "./time.js";

test("UTC is what the log says, cut to whole seconds", () => {
  assert.equal(wholeSeconds("2019-07-29T21:34:36.5281234Z", "utc"), "2019-07-29T21:34:36");
  assert.equal(fullTime("2019-07-29T21:34:36.5281234Z", "utc"), "2019-07-29T21:34:36.5281234Z");
});

test("local time keeps the fraction and says its offset", () => {
  assert.equal(wholeSeconds("2019-07-29T21:34:36.5281234Z", "local"), "2019-07-29T19:04:36");
  assert.equal(fullTime("2019-07-29T21:34:36.5281234Z", "local"), "2019-07-29T19:04:36.5281234 UTC\u221202:30");
});

test("offsets", () => {
  assert.equal(offsetLabel(0), "UTC+00:00");
  assert.equal(offsetLabel(345), "UTC+05:45");
  assert.equal(offsetLabel(-150), "UTC\u221202:30");
});

test("a span within a day does not repeat the day", () => {
  assert.equal(endOfSpan("2019-07-29T21:34:36", "2019-07-29T22:00:00"), "22:00:00");
  assert.equal(endOfSpan("2019-07-29T21:34:36", "2019-07-30T22:00:00"), "2019-07-30T22:00:00");
});

test("a stretch of less than a minute is told to the millisecond, in either zone", () => {
  const [from, to] = ["2019-07-29T21:34:36.5281234Z", "2019-07-29T21:34:36.529Z"];
  assert.deepEqual(timesOf([from, to], "utc"), ["2019-07-29T21:34:36.528", "2019-07-29T21:34:36.529"]);
  assert.deepEqual(timesOf([from, to], "local"), ["2019-07-29T19:04:36.528", "2019-07-29T19:04:36.529"]);
  assert.deepEqual(timesOf([from, "2019-07-29T21:35:36.528Z"], "utc"), ["2019-07-29T21:34:36", "2019-07-29T21:35:36"]);
  assert.deepEqual(timesOf([], "utc"), []);
});

test("between times of one offset nothing is said, where the clocks were turned each says its own", () => {
  const [before, after, later] = ["2024-11-03T04:20:00Z", "2024-11-03T04:40:00Z", "2024-11-05T10:00:00Z"];
  assert.deepEqual(timesOf([before, after], "local"), ["2024-11-03T01:50:00 UTC\u221202:30", "2024-11-03T01:10:00 UTC\u221203:30"]);
  assert.deepEqual(timesOf([before, after], "utc"), ["2024-11-03T04:20:00", "2024-11-03T04:40:00"]);
  assert.deepEqual(timesOf([after, later], "local"), ["2024-11-03T01:10:00", "2024-11-05T06:30:00"]);
  assert.deepEqual(offsetsWhereTurned([before, after], "local"), [" UTC\u221202:30", " UTC\u221203:30"]);
  assert.deepEqual(offsetsWhereTurned([after, later], "local"), ["", ""]);
  // An unknown time has no offset, and "now" may be in another half of the year.
  for (const [times, turned] of /** @type {[(string | null)[], boolean][]} */ ([
    [[before, null, after], true], [["2024-07-01T00:00:00Z", null], false], [["2024-01-01T00:00:00Z", null], false],
  ])) assert.equal(areTurnedBetween(times, "local"), turned);
  assert.equal(areTurnedBetween([before, after], "utc"), false);
  const [from = "", to = ""] = timesOf([before, after], "local");
  assert.equal(endOfSpan(from, to), "01:10:00 UTC\u221203:30");
});

test("the clock between two times is turned when the zone turns it", () => {
  const clock = clockBetween("2019-01-01T00:00:00.123Z", "2019-12-31T00:00:00Z");
  assert.deepEqual(clock, [
    { from: Date.UTC(2019, 0, 1), minutes: -210 },
    { from: Date.UTC(2019, 2, 10, 5, 30), minutes: -150 },
    { from: Date.UTC(2019, 10, 3, 4, 30), minutes: -210 },
  ]);
  for (let time = Date.UTC(2019, 0, 1); time < Date.UTC(2019, 11, 31); time += 3_600_000 / 2) {
    const said = clock.findLast(({ from }) => from <= time)?.minutes;
    assert.equal(said, offsetAt(new Date(time).toISOString()), new Date(time).toISOString());
  }
  assert.deepEqual(clockBetween("2019-07-01T00:00:00Z", "2019-07-01T00:00:00Z"), [{ from: Date.UTC(2019, 6, 1), minutes: -150 }]);
  assert.equal(clockBetween("never", "2019-07-01T00:00:00Z").length, 1);
});
