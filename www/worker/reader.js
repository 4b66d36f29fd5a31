// Reads a file forwards, one stream a contiguous range: the fastest way in every browser. A buffer that
// was used is given up at once, or gigabytes of them pile up until the next garbage collection.

import { STALL_MS, STALL_RETRIES } from "./protocol.js";

/**
 * Detaches a buffer. `ArrayBuffer.transfer(0)` leaks in Chromium 156; a post to a closed port does not.
 * @param {ArrayBufferLike} buffer
 */
function giveUp(buffer) {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  try {
    port1.postMessage(0, [/** @type {ArrayBuffer} */ (buffer)]);
  } catch {
    // Not detachable: the garbage collector will have it.
  }
  port1.close();
}

const STALLED = Symbol("stalled");

export class Reader {
  /** @param {Blob} file @param {string} stalled what to say when it gives no data */
  constructor(file, stalled) {
    this.file = file;
    this.stalled = stalled;
    /** @type {ReadableStreamDefaultReader<Uint8Array> | null} */
    this.stream = null;
    /** @type {Uint8Array | null} */
    this.piece = null;
    this.used = 0;
    /** Where in the file the next unused byte stands. */
    this.position = 0;
    this.end = 0;
  }

  /**
   * Some bytes from the start of a range, at least one; null when the file ends before.
   * They are valid until the next call.
   * @param {number} offset
   * @param {number} length
   * @param {number} most
   */
  async next(offset, length, most) {
    if (this.position !== offset || (!this.stream && !this.piece)) this.open(offset, length);
    for (let retry = 0; ; ) {
      if (this.piece && this.used < this.piece.length) {
        const part = this.piece.subarray(this.used, this.used + Math.min(length, most));
        this.used += part.length;
        this.position += part.length;
        return part;
      }
      this.drop();
      if (!this.stream || this.position >= this.end) this.open(this.position, length);
      const got = await this.read();
      if (got === STALLED) {
        if (++retry > STALL_RETRIES) throw new Error(this.stalled);
        this.open(this.position, length);
      } else if (got.done) {
        this.stream = null;
        return null;
      } else {
        this.piece = got.value;
        this.used = 0;
      }
    }
  }

  /** @returns {Promise<ReadableStreamReadResult<Uint8Array> | typeof STALLED>} */
  async read() {
    const stream = /** @type {ReadableStreamDefaultReader<Uint8Array>} */ (this.stream);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const stalled = new Promise((/** @type {(value: typeof STALLED) => void} */ resolve) => {
      timer = setTimeout(() => resolve(STALLED), STALL_MS);
    });
    try {
      return await Promise.race([stream.read(), stalled]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {number} offset @param {number} length */
  open(offset, length) {
    this.close();
    this.position = offset;
    this.end = offset + length;
    const stream = /** @type {ReadableStream<Uint8Array>} */ (this.file.slice(offset, offset + length).stream());
    this.stream = stream.getReader();
  }

  drop() {
    if (this.piece) giveUp(this.piece.buffer);
    this.piece = null;
    this.used = 0;
  }

  close() {
    this.drop();
    this.stream?.cancel().catch(() => {});
    this.stream = null;
  }
}
