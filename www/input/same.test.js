import assert from "node:assert/strict";
import { test } from "node:test";
import { haveSameBytes } from "./same.js";

const SIZE = 9 * 1024 * 1024;
/** @param {number} [other] where a byte is another one */
function file(other) {
  const bytes = new Uint8Array(SIZE);
  if (other !== undefined) bytes[other] = 1;
  return new File([bytes], "Sysmon.evtx", { lastModified: 7 });
}

test("files are the same when every byte is", async () => {
  assert.equal(await haveSameBytes(file(), file()), true);
  assert.equal(await haveSameBytes(new File([], "a"), new File([], "a")), true);
  assert.equal(await haveSameBytes(new File(["a"], "a"), new File(["aa"], "a")), false);
  for (const at of [0, SIZE / 2, SIZE - 1]) assert.equal(await haveSameBytes(file(), file(at)), false, `byte ${at}`);
});

test("nothing is read behind the first difference", async () => {
  let pieces = 0;
  const counted = file(5);
  counted.slice = (...at) => {
    pieces += 1;
    return File.prototype.slice.apply(counted, at);
  };
  assert.equal(await haveSameBytes(counted, file()), false);
  assert.equal(pieces, 1);
});

test("of a file that can't be read it can't be told, nor when nobody asks any more", async () => {
  const gone = file();
  gone.slice = () => /** @type {any} */ ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) });
  assert.equal(await haveSameBytes(gone, file()), null);
  assert.equal(await haveSameBytes(file(), file(), () => false), null);
});
