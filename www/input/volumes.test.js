import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "./log.js";
import { asVolume, joinVolumes, mayHoldVolumes, piecesOf } from "./volumes.js";

/** @param {string} name @param {string} text @returns {App.Input} */
const input = (name, text) => ({ file: new File([text], name, { lastModified: text.length }), name });

test("volumes are one file in the place of the first of them", async () => {
  const inputs = [input("a", "A"), input("x.002", "DE"), input("b", "B"), input("x.001", "ABC")];
  assert.ok(mayHoldVolumes(inputs));
  const joined = joinVolumes(inputs, [{ name: "x.001 to .002", files: [3, 1] }]);
  assert.deepEqual(joined.map(({ name }) => name), ["a", "x.001 to .002", "b"]);
  const log = joined[1]?.file ?? new File([], "none");
  assert.deepEqual([log.size, await bytesOf(log, 0, 9).text()], [5, "ABCDE"]);
  assert.equal(joined[1]?.file.lastModified, 3);
  assert.deepEqual(joined[1]?.volumes, [{ name: "x.001", size: 3 }, { name: "x.002", size: 2 }]);
  assert.equal(joined[0]?.volumes, undefined);
});

test("what can be no volumes is not asked about", () => {
  assert.equal(mayHoldVolumes([input("x.001", "A")]), false);
  assert.equal(mayHoldVolumes([input("x.1", "A"), input("x.2", "B")]), false);
  assert.equal(mayHoldVolumes([input("x.zip", "A"), input("y.zip", "B")]), false);
  assert.equal(mayHoldVolumes([input("x.002", "A"), input("host100", "B")]), false);
  for (const first of ["x.000", "x.Z01", "x.evtx.aa", "x-00", "a/x00"]) assert.ok(mayHoldVolumes([input("x", "A"), input(first, "B")]), first);
  assert.deepEqual(joinVolumes([], []), []);
});

test("what tells whether a file is a volume", async () => {
  assert.deepEqual(await asVolume(input("x.001", "0".repeat(40))), { name: "x.001", size: 40, head: Array(16).fill(48) });
  const broken = Object.assign(new File(["01"], "x.002"), { slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) });
  assert.deepEqual(await asVolume({ file: broken, name: "x.002" }), { name: "x.002", size: 2, head: [] });
});

test("volumes that were read without the others", () => {
  const [one, two, three] = [input("x.001", "ABC"), input("x.002", "DEF"), input("x.003", "G")];
  const join = (/** @type {App.Input[]} */ ...inputs) => joinVolumes(inputs, [{ name: "x", files: inputs.map((_, at) => at) }]);
  const [some] = join(one, two);
  const known = [one, null, input("x.002", "DEFG"), input("a", "ABC"), some ?? null];
  assert.deepEqual(piecesOf(join(one, two, three), known), [one, some]);
  assert.deepEqual(piecesOf([three], known), []);
});
