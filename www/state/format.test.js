import assert from "node:assert/strict";
import { test } from "node:test";
import { span, bytes, duration, number, offset, short } from "./format.js";

test("bytes", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(999), "999 B");
  assert.equal(bytes(1000), "1.0 kB");
  assert.equal(bytes(69632), "70 kB");
  assert.equal(bytes(999_600), "1.0 MB");
  assert.equal(bytes(5_300_000_000), "5.3 GB");
  assert.equal(bytes(2_500_000_000_000), "2,500 GB");
});

test("durations", () => {
  assert.equal(duration(0.2), "1 s");
  assert.equal(duration(59.2), "1:00");
  assert.equal(duration(185), "3:05");
  assert.equal(duration(3729), "1:02:09");
});

test("numbers and offsets", () => {
  assert.equal(number(1234567), "1,234,567");
  assert.equal(offset(4096), "4,096 (0x1000)");
});

test("how long something is, in its two largest units", () => {
  assert.deepEqual([45, 1000, 113_000, 7_500_000, 7_200_000, 90_061_000, 3_601_000].map(span), ["45 ms", "1 s", "1 min 53 s", "2 h 5 min", "2 h", "1 d 1 h", "1 h"]);
});

test("a long value is cut, and no character of it in two", () => {
  assert.equal(short("a".repeat(60)), "a".repeat(60));
  assert.equal(short("a".repeat(61)), `${"a".repeat(57)}\u2026`);
  assert.equal(short(`${"a".repeat(56)}\u{1f642}${"a".repeat(9)}`), `${"a".repeat(56)}\u2026`);
});
