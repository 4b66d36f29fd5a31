// The core, which the page carries packed with LZMA. Browsers do not know that: a small module unpacks it, `www/unpacker`.

import { unpackedBlock } from "./blocks.js";

/** Where LZMA's header says how many bytes come of it, as eight bytes, of which a core needs four. */
const LENGTH_AT = 5;

/** @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function core() {
  const [unpacker, packed] = await Promise.all(["unpacker", "wasm"].map(unpackedBlock));
  return unpackedLzma(/** @type {ArrayBuffer} */ (unpacker), new Uint8Array(/** @type {ArrayBuffer} */ (packed)));
}

/** @param {ArrayBuffer} unpacker @param {Uint8Array<ArrayBuffer>} packed */
export async function unpackedLzma(unpacker, packed) {
  const { instance } = await WebAssembly.instantiate(unpacker);
  const { memory, room, unpack } = /** @type {{ memory: WebAssembly.Memory } & Record<"room" | "unpack", (...args: number[]) => number>} */ (
    /** @type {unknown} */ (instance.exports));
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(LENGTH_AT, true);
  const [from, to] = [room(packed.length), room(length)];
  if (from === 0 || to === 0) throw new Error("This browser has no memory left for the page's core.");
  new Uint8Array(memory.buffer).set(packed, from);
  if (unpack(from, packed.length, to, length) !== length) throw new Error("This page is damaged: its core can't be unpacked.");
  return new Uint8Array(memory.buffer, to, length);
}
