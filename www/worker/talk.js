// How a worker speaks to the page, whatever its role.

import { sentence } from "./sentence.js";

/** @typedef {import("./protocol.js").FromWorker} FromWorker */

const scope = /** @type {{ postMessage(message: FromWorker, transfer?: Transferable[]): void }} */ (/** @type {unknown} */ (self));

/** @param {FromWorker} message @param {Transferable[]} [transfer] */
export const post = (message, transfer) => scope.postMessage(message, transfer ?? []);

/** A buffer of its own, to be transferred. @param {Uint8Array} bytes @returns {ArrayBuffer} */
export function owned(bytes) {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return /** @type {ArrayBuffer} */ (whole ? bytes.buffer : bytes.slice().buffer);
}

/** After a trap the core is lost; an error of its own is a plain one. @param {unknown} error */
export const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

/** Does something that may break the core. @param {{ source?: number, job?: number }} at @param {() => unknown} work */
export async function guarded(at, work) {
  try {
    await work();
  } catch (error) {
    post({ type: "crashed", ...at, message: sentence(error) });
  }
}
