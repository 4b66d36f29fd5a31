import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, grainBytes, isPlain, joined } from "./plan.js";

const MIB = 1024 * 1024;
let id = 0;
const job = (source, size, part = null) => ({ id: ++id, source, file: { size }, name: "", verify: false, part });
const part = (source, index) => job(source, 1024 * MIB, { head: null, start: 32 * index * MIB, end: 32 * (index + 1) * MIB });
const all = (queue) => {
  const batches = [];
  for (let jobs = queue.next(); jobs.length > 0; jobs = queue.next()) batches.push(jobs);
  return batches;
};

test("a file is cut in small steps, but not in too many", () => {
  for (const [mib, grain] of [[8, 32], [32, 32], [33, 2], [1024, 2], [8192, 2], [65536, 16]]) {
    assert.equal(grainBytes(mib * MIB), grain * MIB, `${mib} MiB`);
  }
});

/** How large each part is of a file of such grains. */
const partsOf = (sizes, scanners) => {
  let end = 0;
  const grains = sizes.map((size) => (end += size) - size);
  const starts = joined(new Float64Array(grains), end, scanners);
  assert.ok(starts.every((start) => grains.includes(start)));
  return starts.map((start, at) => (starts[at + 1] ?? end) - start);
};
const times = (count, size) => Array(count).fill(size * MIB);

test("parts are large at first and small at the end, and nothing is left out", () => {
  assert.deepEqual(joined([], 100 * MIB, 2), []);
  for (const [count, scanners] of [[17, 4], [50, 3], [512, 2], [4000, 4]]) {
    const sizes = partsOf(times(count, 2), scanners);
    let left = 2 * count * MIB;
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), left, `${count} grains for ${scanners}`);
    assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
    for (const size of sizes) {
      assert.ok(size <= Math.max(2 * MIB, left / (2 * scanners)) && size <= 16 * MIB, `${size} of ${left}`);
      left -= size;
    }
    assert.equal(sizes.at(-1), 2 * MIB);
  }
});

test("large members of an archive are parts by themselves, wherever they stand", () => {
  const large = (sizes, scanners) => partsOf(sizes, scanners).filter((size) => size > 32 * MIB).map((size) => Math.floor(size / MIB));
  const few = times(100, 0.25);
  assert.deepEqual(large([...times(8, 100), ...few], 4), Array(8).fill(100));
  assert.deepEqual(large([...few, ...times(2, 200), ...few], 4), [200, 200]);
  assert.deepEqual(large([300, 250, 200, 200].map((size) => size * MIB).concat(few), 2), [300, 250, 200, 200]);
  assert.ok(partsOf(times(1000, 0.25), 2).every((size) => size <= 4 * MIB));
});

test("small files come in batches, which shrink towards the end", () => {
  const queue = new Queue(2);
  for (let source = 0; source < 300; source += 1) queue.push(job(source, 1000));
  const sizes = all(queue).map((jobs) => jobs.length);
  assert.equal(sizes[0], 64);
  assert.equal(sizes.at(-1), 1);
  assert.equal(sizes.reduce((sum, size) => sum + size), 300);
});

test("a batch holds no more bytes than it should, but always a file", () => {
  const queue = new Queue(1);
  for (let source = 0; source < 6; source += 1) queue.push(job(source, 3 * MIB));
  assert.deepEqual(all(queue).map((jobs) => jobs.length), [1, 1, 1, 1, 1, 1]);
});

test("small and large files take turns; what one scanner must read alone begins before the parts", () => {
  const queue = new Queue(1);
  for (const index of [0, 1]) queue.push(part(0, index));
  queue.push(job(1, 500 * MIB));
  for (const source of [2, 3, 4, 5, 6, 7]) queue.push(job(source, 10));
  assert.deepEqual(all(queue).map((jobs) => jobs.map(({ source }) => source)), [[2, 3, 4], [1], [5, 6], [0], [7], [0]]);
});

test("what may be read beside others are parts that are not packed", () => {
  const queue = new Queue(1);
  assert.equal(queue.isPlainNext, false);
  queue.push(job(1, 10));
  queue.push(part(0, 0));
  queue.push(job(2, 10));
  queue.push(job(3, 1024 * MIB, { head: null, start: 0, end: 32 * MIB, packed: true }));
  queue.push(job(4, 500 * MIB));
  const plain = [];
  while (queue.length > 0) {
    plain.push(queue.isPlainNext);
    assert.ok(queue.next().every(isPlain) === plain.at(-1));
  }
  assert.deepEqual(plain, [false, false, false, true, false]);
});

test("what waits can be given up, of a file or of all", () => {
  const queue = new Queue(1);
  for (const index of [0, 1]) queue.push(part(0, index));
  queue.push(job(1, 10));
  assert.equal(queue.drop(0), 2);
  assert.equal(queue.length, 1);
  assert.equal(queue.drop(), 1);
  assert.deepEqual(queue.next(), []);
});

test("the queue knows how much it holds, whatever comes and goes", () => {
  const queue = new Queue(2);
  assert.equal(queue.bytes, 0);
  for (const index of [0, 1, 2]) queue.push(part(0, index));
  for (const source of [1, 2]) queue.push(job(source, 1000));
  assert.equal(queue.bytes, 96 * MIB + 2000);
  queue.next();
  queue.drop(0);
  assert.equal(queue.bytes, 1000);
  all(queue);
  assert.equal(queue.bytes, 0);
});
