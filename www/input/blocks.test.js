import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "./blocks.js";

// The same as in xtask/src/base85.rs, which writes them.
test("five characters become four bytes", () => {
  for (const [text, bytes] of /** @type {[string, number[]][]} */ ([
    ["0", []],
    ["3(((((", [0]],
    ["0HBMg_", [..."abcd"].map((letter) => letter.charCodeAt(0))],
    ["3{@_4(zzD+(", [255, 255, 255, 255, 255]],
    ["2ya]:pzz9z}", [250, 251, 252, 253, 254, 255]],
  ])) assert.deepEqual([...bytesOf(text)], bytes, text);
});

test("a text that was cut is no reason to break down: what it gives is no gzip", () => {
  assert.equal(bytesOf("0HB").length, 4);
});
