import assert from "node:assert/strict";
import { after, before, test } from "node:test";

const said = [];
/** What happens when the core takes a piece. */
let onPush = () => {};
/** A hash that tells how many bytes it was given. */
class Hash {
  bytes = 0;
  push(bytes) {
    this.bytes += bytes.length;
    onPush();
  }
  finish() { return String(this.bytes); }
}

/** @type {typeof import("./hasher.js").Hasher} */
let Hasher;
const { setInterval } = globalThis;
before(async () => {
  globalThis.setInterval = (...args) => setInterval(...args).unref();
  Object.assign(globalThis, { wasm_bindgen: { Hasher: Hash }, postMessage: (message) => said.push(message), self: globalThis });
  ({ Hasher } = await import("./hasher.js"));
});
after(() => {
  globalThis.setInterval = setInterval;
});

/** Asks for the hashes of files of so many bytes; a file may also be one that breaks. */
async function hash(...files) {
  said.length = 0;
  const hasher = new Hasher({ stalled: "It gave no data.", shorter: "It became shorter." });
  files.forEach((file, source) => hasher.hear({ type: "hash", source, file: typeof file === "number" ? new Blob([new Uint8Array(file)]) : file }));
  return hasher;
}

test("files are hashed one after another, an empty one too", async () => {
  const hasher = await hash(3, 0, 700_000);
  await hasher.work;
  assert.deepEqual(said, [3, 0, 700_000].map((bytes, source) => ({ type: "hashed", source, hex: String(bytes) })));
});

test("a file that can't be read has no hash, and those behind it have theirs", async () => {
  const broken = { size: 5, slice: () => ({ stream: () => new ReadableStream({ start: (controller) => controller.error(new Error("gone")) }) }) };
  const hasher = await hash(broken, 2);
  await hasher.work;
  assert.deepEqual(said, [{ type: "hash_failed", source: 0 }, { type: "hashed", source: 1, hex: "2" }]);
});

test("the hash of a file that was taken out ends where it is, or does not begin", async () => {
  const hasher = await hash(10_000_000, 3, 4);
  let pushed = 0;
  onPush = () => {
    pushed += 1;
    if (pushed === 1) for (const source of [0, 1]) hasher.hear({ type: "forget", source });
  };
  await hasher.work;
  onPush = () => {};
  assert.deepEqual(said, [{ type: "hashed", source: 2, hex: "4" }]);
  assert.equal(pushed, 2, "a piece of the first one, and the last one");
});
