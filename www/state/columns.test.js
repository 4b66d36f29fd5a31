import assert from "node:assert/strict";
import test from "node:test";
import { COLUMNS, NARROWEST, columnsFrom, columnsOf, widthOf, withColumn, withWidth } from "./columns.js";

const NONE = { hidden: [], widths: {} };
const names = (/** @type {readonly { name: string }[]} */ columns) => columns.map(({ name }) => name);

test("the file's column shows when there are several logs", () => {
  assert.equal(names(columnsOf(NONE, { stack: "", sources: false })).includes("sources"), false);
  assert.equal(names(columnsOf(NONE, { stack: "", sources: true })).includes("sources"), true);
});

test("columns are hidden, never all", () => {
  const some = withColumn(NONE, "user", false);
  assert.equal(names(columnsOf(some, { stack: "", sources: false })).includes("user"), false);
  assert.deepEqual(withColumn(some, "user", true), NONE);
  const all = COLUMNS.reduce((columns, { name }) => withColumn(columns, name, false), /** @type {App.Columns} */ (NONE));
  assert.equal(columnsOf(all, { stack: "", sources: false }).length, 1);
  assert.deepEqual(names(columnsOf(all, { stack: "user", sources: false })), ["value", "groups", "events", "hosts", "firstTime", "lastTime"]);
});

test("a width stays within bounds", () => {
  const column = /** @type {import("./columns.js").Column} */ (COLUMNS[0]);
  assert.equal(widthOf(column, withWidth(NONE, "firstTime", 3)), NARROWEST);
  assert.equal(widthOf(column, withWidth(NONE, "firstTime", 200.4)), 200);
});

test("what was kept is not trusted", () => {
  for (const bad of [null, 1, "x", [], { hidden: 1, widths: [] }, { hidden: ["nope"], widths: { nope: 100, user: "x", dest: 1e9 } }]) {
    assert.deepEqual(columnsFrom(bad), NONE);
  }
  assert.deepEqual(columnsFrom({ hidden: ["user"], widths: { dest: 90 } }), { hidden: ["user"], widths: { dest: 90 } });
});
