import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, volumeAt } from "./log.js";

const volumes = ["ABC", "DEF", "G"].map((text, at) => new File([text], `x.00${at + 1}`));
const joined = { name: "x", size: 7, lastModified: 0, volumes };
const whole = new File(["ABCDEFG"], "x");

test("where a place of a log lies", () => {
  const named = (/** @type {App.Log} */ log) => [0, 2, 3, 6, 7].map((at) => {
    const found = volumeAt(log, at);
    return found && `${found.file.name}+${found.start}`;
  });
  assert.deepEqual(named(joined), ["x.001+0", "x.001+0", "x.002+3", "x.003+6", null]);
  assert.deepEqual(named(whole), ["x+0", "x+0", "x+0", "x+0", null]);
});

test("bytes of a log, wherever it is cut", async () => {
  for (let from = 0; from <= 7; from += 1) {
    for (let to = from; to <= 9; to += 1) {
      assert.equal(await bytesOf(joined, from, to).text(), "ABCDEFG".slice(from, to));
      assert.equal(await bytesOf(whole, from, to).text(), "ABCDEFG".slice(from, to));
    }
  }
});
