import assert from "node:assert/strict";
import { test } from "node:test";
import { exportName, freshInputs } from "./files.js";

/** @returns {any} */
const input = (/** @type {string} */ name, size = 1) => ({ name, file: { size, lastModified: 7 } });

test("a file that is already there is not read twice", () => {
  const { fresh, doubles } = freshInputs([input("a.evtx")], [input("a.evtx"), input("a.evtx", 2), input("b.evtx"), input("b.evtx")]);
  assert.deepEqual(fresh.map(({ name, file }) => [name, file.size]), [["a.evtx", 2], ["b.evtx", 1]]);
  assert.equal(doubles, 2);
});

test("export names are safe on every file system", () => {
  const at = new Date("2026-03-11T09:12:04.5Z");
  assert.equal(exportName(["logs/ws 042:Sysmon.evtx"], "csv", at), "sysmon-triage-ws-042-Sysmon-20260311T091204Z.csv");
  assert.equal(exportName(["..\\..\\x.log", "b"], "json", at), "sysmon-triage-x-and-1-more-20260311T091204Z.json");
  assert.equal(exportName(["\u202e<>|?*"], "csv", at), "sysmon-triage-report-20260311T091204Z.csv");
  assert.equal(exportName([], "csv", at), "sysmon-triage-report-20260311T091204Z.csv");
});
