import assert from "node:assert/strict";
import { test } from "node:test";
import { exportName, freshInputs, gravity, logsOf, namedApart } from "./files.js";

/** @returns {any} */
const input = (/** @type {string} */ name, size = 1, content = "") => ({ name, file: { size, lastModified: 7, content } });
/** @param {any} one @param {any} other */
const isSame = async (one, other) => one.content === other.content;

test("a file that is already there is not read twice", async () => {
  const known = input("a.evtx");
  const incoming = [input("a.evtx"), input("a.evtx", 2), input("b.evtx"), input("b.evtx")];
  const { fresh, doubles, unsure } = await freshInputs([known], incoming, isSame);
  assert.deepEqual(fresh, [incoming[1], incoming[2]]);
  assert.deepEqual(doubles, [{ input: incoming[0], of: known }, { input: incoming[3], of: incoming[2] }]);
  assert.deepEqual(unsure, []);
});

test("files that agree in name, size and time but not in content are all read", async () => {
  const known = [input("Sysmon.evtx", 1, "host a"), input("Sysmon.evtx", 1, "host b")];
  const incoming = [input("Sysmon.evtx", 1, "host c"), input("Sysmon.evtx", 1, "host b"), input("Sysmon.evtx", 1, "host d"), input("Sysmon.evtx", 1, "host c")];
  const { fresh, doubles } = await freshInputs(known, incoming, isSame);
  assert.deepEqual(fresh, [incoming[0], incoming[2]]);
  assert.deepEqual(doubles, [{ input: incoming[1], of: known[1] }, { input: incoming[3], of: incoming[0] }]);
});

test("a file that can't be compared is read, and named", async () => {
  const incoming = [input("a.evtx"), input("b.evtx")];
  const { fresh, doubles, unsure } = await freshInputs([input("a.evtx")], incoming, async () => null);
  assert.deepEqual(fresh, incoming);
  assert.deepEqual(doubles, []);
  assert.deepEqual(unsure, [incoming[0]]);
});

test("what differs at a glance is not compared", async () => {
  const never = () => assert.fail("compared");
  const { fresh } = await freshInputs([input("a.evtx")], [input("b.evtx"), input("a.evtx", 2)], never);
  assert.equal(fresh.length, 2);
});

test("export names are safe on every file system", () => {
  const at = new Date("2026-03-11T09:12:04.5Z");
  assert.equal(exportName(["logs/ws 042:Sysmon.evtx"], "csv", at), "sysmon-triage-ws-042-Sysmon-20260311T091204Z.csv");
  assert.equal(exportName(["..\\..\\x.log", "b"], "json", at), "sysmon-triage-x-and-1-more-20260311T091204Z.json");
  assert.equal(exportName(["\u202e<>|?*"], "csv", at), "sysmon-triage-report-20260311T091204Z.csv");
  assert.equal(exportName(["a/log.7z.001 to .003"], "csv", at), "sysmon-triage-log-20260311T091204Z.csv");
  assert.equal(exportName([], "csv", at), "sysmon-triage-report-20260311T091204Z.csv");
  assert.equal(exportName(["a.evtx"], "json", at, "tuning"), "sysmon-triage-tuning-a-20260311T091204Z.json");
});

test("an archive's members are logs of their own, named with it where there are other files", () => {
  const file = (/** @type {number} */ source, status = "done") => /** @type {App.FileState} */ ({ source, name: `f${source}`, status });
  const holds = (/** @type {string[]} */ ...names) => /** @type {Core.Source} */ (/** @type {unknown} */ ({ members: names.map((name) => ({ name, matches: name === "none" ? 0 : 1 })) }));
  const names = (/** @type {App.FileState[]} */ files, /** @type {Core.Source[]} */ ...sources) => logsOf(files, sources).map(({ name }) => name);
  assert.deepEqual(names([file(0)], holds()), ["f0"]);
  assert.deepEqual(names([file(0)], holds("only")), ["f0"]);
  assert.deepEqual(names([file(0)], holds("a", "b")), ["a", "b"]);
  assert.deepEqual(names([file(0)], holds("a", "none", "b")), ["a", "b"]);
  assert.deepEqual(names([file(0), file(1), file(2, "removed")], holds("a", "b"), holds("c")), ["f0", "f0 \u00b7 a", "f0 \u00b7 b", "f1"]);
});

test("files of one name are told apart", () => {
  assert.deepEqual(namedApart([], ["a", "b"]), ["a", "b"]);
  assert.deepEqual(namedApart(["a", "a (2)"], ["a", "a", "b", "b (2)", "b"]), ["a (3)", "a (4)", "b", "b (2)", "b (3)"]);
});

test("the gravest file stands first, and a note is less than an error", () => {
  const file = (patch = {}) => /** @type {any} */ ({ status: "done", crash: null, problems: 0, ...patch });
  const source = (/** @type {string[]} */ severities, patch = {}) => /** @type {any} */ ({ complete: true, records: 9, problems: severities.map((severity) => ({ severity })), ...patch });
  const ranks = [
    gravity(file({ status: "crashed", crash: "no" }), undefined), gravity(file(), source(["error"], { records: 0, complete: false })),
    gravity(file({ status: "cancelled" }), source([])), gravity(file(), source(["warning"], { complete: false })),
    gravity(file(), source(["info", "error"])), gravity(file(), source(["info", "warning"])), gravity(file(), source(["info"])),
    gravity(file(), source([])), gravity(file(), undefined),
  ];
  assert.deepEqual(ranks, [0, 0, 1, 1, 2, 3, 4, 5, 5]);
});
