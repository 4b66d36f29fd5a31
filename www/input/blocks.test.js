import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "./blocks.js";

// The same as in xtask/src/base91.rs, which writes them.
test("two characters become thirteen bits", () => {
  for (const [text, bytes] of /** @type {[string, number[]][]} */ ([
    ["0", []],
    ["0##", [0]],
    ["0c)g+=#", [..."abcd"].map((letter) => letter.charCodeAt(0))],
    ["1$~$~$~$#", [255, 255, 255, 255, 255]],
    ["0drgP@}\\(3#8'L\\-%", [250, 251, 252, 253, 254, 255, 0, 1, 2, 3, 4, 5, 6]],
  ])) assert.deepEqual([...bytesOf(text)], bytes, text);
});

test("a text that was cut is no reason to break down: what it gives is no gzip", () => {
  assert.equal(bytesOf("0c)g").length, 2);
});
