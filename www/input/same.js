// Whether two files are the same: all of their bytes, read side by side until they differ. A part of them could be made
// to agree by whoever wrote one of them.

import { bytesOf } from "./log.js";

/** Large enough to read fast, small enough that comparing it holds up nothing. */
const PIECE = 8 * 1024 * 1024;
/** A disk that gives nothing for so long is not waited for. */
const PATIENCE_MS = 10_000;

/**
 * @param {App.Log} one @param {App.Log} other @param {() => boolean} [wanted] whether the answer still is
 * @returns {Promise<boolean | null>} null: it can't be told, as one of them can't be read
 */
export async function haveSameBytes(one, other, wanted = () => true) {
  if (one.size !== other.size) return false;
  try {
    for (let at = 0; at < one.size; at += PIECE) {
      const [a, b] = await Promise.all([one, other].map((log) => inTime(bytesOf(log, at, at + PIECE).arrayBuffer())));
      if (!wanted()) return null;
      if (!a || !b || !equal(new Uint8Array(a), new Uint8Array(b))) return false;
    }
    return true;
  } catch {
    return null;
  }
}

/** @template T @param {Promise<T>} work @returns {Promise<T>} */
async function inTime(work) {
  let timer = 0;
  const late = new Promise((_, reject) => { timer = Number(setTimeout(reject, PATIENCE_MS)); });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
