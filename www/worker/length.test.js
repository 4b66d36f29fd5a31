import assert from "node:assert/strict";
import { test } from "node:test";
import { lengthOf } from "./length.js";

test("the length is found from wherever it is looked for, in few steps", () => {
  for (const length of [1000, 1001, 1002, 1500, 123_456]) {
    for (const known of [0, 1, 1000, 1001, 1500, 1501, 123_456, 2_000_000]) {
      let asked = 0;
      const has = (at) => {
        asked += 1;
        return at < length;
      };
      assert.equal(lengthOf(has, 1000, known), length, `${length} from ${known}`);
      assert.ok(asked <= (known === length ? 2 : 40), `${asked} for ${length} from ${known}`);
    }
  }
});
