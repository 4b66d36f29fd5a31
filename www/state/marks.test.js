import assert from "node:assert/strict";
import { test } from "node:test";
import { lines, segments } from "./marks.js";

test("text between marks is kept, whatever their order", () => {
  assert.deepEqual(segments("a=1 b=2", [{ start: 6, end: 7, field: "b" }, { start: 2, end: 3, field: "a" }]), [
    { text: "a=", field: null },
    { text: "1", field: "a" },
    { text: " b=", field: null },
    { text: "2", field: "b" },
  ]);
});

test("overlaps, empty marks and marks beyond the end lose nothing", () => {
  const raw = "0123456789";
  const cut = segments(raw, [
    { start: 2, end: 6, field: "a" },
    { start: 4, end: 8, field: "b" },
    { start: 9, end: 40, field: "c" },
    { start: 1, end: 1, field: "d" },
  ]);
  assert.equal(cut.map((segment) => segment.text).join(""), raw);
  assert.deepEqual(cut.filter((segment) => segment.field).map((segment) => [segment.field, segment.text]), [
    ["a", "2345"], ["b", "67"], ["c", "9"],
  ]);
});

test("an event in one line shows an element a line, and nothing is added or lost", () => {
  const raw = "<Event><System><EventID>1</EventID><Opcode/></System><EventData><Data Name='A'>x</Data></EventData></Event>";
  const shown = lines(segments(raw, [{ start: 24, end: 25, field: "EventID" }]));
  assert.deepEqual(shown.map((line) => line.map(({ text }) => text).join("")), [
    "<Event>", "<System>", "<EventID>1</EventID>", "<Opcode/>", "</System>", "<EventData>", "<Data Name='A'>x</Data>", "</EventData>", "</Event>",
  ]);
  assert.equal(shown[2]?.[1]?.field, "EventID");
  assert.equal(shown.flat().map(({ text }) => text).join(""), raw);
});
