import assert from "node:assert/strict";
import test from "node:test";
import { active, allOff, cellOf, entryOf, fileOf, placeOf, withChange, withEntry, withPreset, without } from "./tuning.js";

const row = /** @type {Core.Row} */ ({
  group: 0, dest: "ws1", user: "u", parent_process: "p", process_name: "cmd.exe", process: "cmd.exe /c x", process_id: "7",
  parent_process_id: "3", count: 2, firstTime: null, lastTime: null, hints: [], sources: [0], hidden: 0,
});

test("a cell becomes a line, and a time stands for the command line", () => {
  assert.deepEqual(entryOf(cellOf(row, "user"), "exclude"), { mode: "exclude", field: "user", operator: "equals", value: "u", note: "", enabled: true });
  assert.deepEqual(cellOf(row, "firstTime"), { field: "process", value: "cmd.exe /c x" });
  assert.deepEqual(cellOf(row, "count"), { field: "process", value: "cmd.exe /c x" });
});

test("a line does not stand twice; an equal one is switched on again", () => {
  const one = withEntry(fileOf(null), entryOf(cellOf(row, "user"), "exclude"));
  const off = withChange(one, 0, { enabled: false, note: "why" });
  const again = withEntry(off, { ...entryOf(cellOf(row, "user"), "exclude"), value: "U" });
  assert.equal(again.entries.length, 1);
  assert.equal(again.entries[0]?.enabled, true);
  assert.equal(again.entries[0]?.note, "why");
  assert.equal(withEntry(again, entryOf(cellOf(row, "user"), "include")).entries.length, 2);
  assert.equal(without(again, 0).entries.length, 0);
});

test("only letters of ASCII are the same in both cases, as in the core", () => {
  const umlaut = { ...entryOf(cellOf(row, "user"), "exclude"), value: "\u00c4.exe" };
  const one = withEntry(fileOf(null), umlaut);
  assert.equal(withEntry(one, { ...umlaut, value: "\u00e4.exe" }).entries.length, 2);
  assert.equal(withEntry(one, { ...umlaut, value: "\u00c4.EXE" }).entries.length, 1);
});

test("a line is found again when others came or went", () => {
  const [a, b, c] = ["a", "b", "c"].map((value) => ({ ...entryOf(cellOf(row, "user"), "exclude"), value }));
  if (!a || !b || !c) throw new Error("three");
  assert.equal(placeOf([a, b, c], b, 1), 1);
  assert.equal(placeOf([b, c], b, 1), 0);
  assert.equal(placeOf([c, { ...b, enabled: false }], b, 0), 1);
  assert.equal(placeOf([a, { ...b, value: "B" }, { ...b, note: "why" }], b, 1), -1);
  assert.equal(placeOf([b, b], b, 1), 1);
});

test("everything is switched off and nothing is lost", () => {
  const file = withPreset(withEntry(fileOf(null), entryOf(cellOf(row, "user"), "exclude")), "werfault", true);
  assert.deepEqual(withPreset(file, "werfault", true).presets, ["werfault"]);
  const off = allOff(file);
  assert.deepEqual(off.entries.map(({ enabled }) => enabled), [false]);
  assert.deepEqual(off.presets, []);
});

test("what is on is counted", () => {
  const hides = { rows: 0, events: 0 };
  const line = { ...entryOf(cellOf(row, "user"), "exclude"), hides };
  const tuning = /** @type {Core.Tuning} */ ({
    entries: [line, { ...line, mode: "include" }, { ...line, enabled: false }],
    presets: [{ id: "a", name: "", why: "", enabled: true, hides }, { id: "b", name: "", why: "", enabled: false, hides }],
  });
  assert.deepEqual(active(tuning), { exclusions: 1, includes: 1, presets: 1 });
  assert.deepEqual(fileOf(tuning).presets, ["a"]);
  assert.equal("hides" in (fileOf(tuning).entries[0] ?? {}), false);
});
