import assert from "node:assert/strict";
import { test } from "node:test";
import { problemKinds, tally } from "./problems.js";

const problem = (severity, code, message, where, count = 1) => ({ severity, code, message, where, count, next: "" });

test("the same problem at several places is one, errors come first, no count is lost", () => {
  const kinds = problemKinds([
    problem("warning", "damaged_record", "A record is damaged.", "record 7", 2),
    problem("error", "lost_chunk", "A chunk is lost.", "offset 4096"),
    problem("warning", "damaged_record", "A record is damaged.", "record 9"),
    problem("info", "note", "A note.", ""),
  ]);
  assert.deepEqual(kinds.map(({ code, count, places }) => [code, count, places]), [
    ["lost_chunk", 1, ["offset 4096"]],
    ["damaged_record", 3, ["record 7", "record 9"]],
    ["note", 1, []],
  ]);
});

test("different messages of one code stay apart", () => {
  assert.equal(problemKinds([problem("error", "x", "a", ""), problem("error", "x", "b", "")]).length, 2);
});

test("they are counted by severity", () => {
  assert.deepEqual(tally([problem("info", "a", "", "", 3), problem("error", "b", "", ""), problem("info", "c", "", "")]), { error: 1, warning: 0, info: 4 });
});
