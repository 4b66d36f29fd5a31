// Reads a file forwards, one stream a contiguous range: the fastest way in every browser. The browser fills one buffer
// again and again, where it can; where each piece comes in a buffer of its own, that is given up once it was used, or
// gigabytes of them pile up until the next garbage collection.

import { PIECE, STALL_MS, STALL_RETRIES } from "./protocol.js";
import { Watchdog } from "./watchdog.js";

/** What the browser fills at once: it fits a processor's cache. */
const BUFFER_BYTES = 256 * 1024;
/** Behind a range stands what its end belongs to: that much is asked for with it. */
const AHEAD_BYTES = 64 * 1024;

/** A port whose other end is closed. */
const nowhere = (() => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
})();

/**
 * Detaches a buffer. `ArrayBuffer.transfer(0)` leaks in Chromium 156; a post to a closed port does not.
 * @param {ArrayBufferLike} buffer
 */
function giveUp(buffer) {
  try {
    nowhere.postMessage(0, [/** @type {ArrayBuffer} */ (buffer)]);
  } catch {
    // Not detachable: the garbage collector will have it.
  }
}

/** @typedef {ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array>} Source */

/** @param {ReadableStream<Uint8Array>} stream @returns {Source} one that fills our buffer, where the browser knows that */
function sourceOf(stream) {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return stream.getReader();
  }
}

/** @param {Source} stream @returns {stream is ReadableStreamBYOBReader} */
const isFilling = (stream) => !(stream instanceof ReadableStreamDefaultReader);

/** Whatever wants parts of a file. @typedef {{ want_offset(): number, want_length(): number, push(bytes: Uint8Array): void }} Wanting */

/**
 * Gives all that is wanted of a file, or as much as there is.
 * @param {Wanting} wanting @param {Blob} file @param {string} stalled
 */
export async function readAll(wanting, file, stalled) {
  const reader = new Reader(file, stalled);
  try {
    for (let at; (at = wanting.want_offset()) >= 0; ) {
      const bytes = await reader.next(at, wanting.want_length(), PIECE);
      if (bytes === null) break;
      wanting.push(bytes);
    }
  } finally {
    reader.close();
  }
}

export class Reader {
  /**
   * @param {Blob} file
   * @param {string} stalled what to say when it gives no data
   * @param {Watchdog} [watchdog]
   */
  constructor(file, stalled, watchdog = new Watchdog(STALL_MS, STALL_RETRIES)) {
    this.file = file;
    this.stalled = stalled;
    this.watchdog = watchdog;
    this.lost = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {Source | null} */
    this.stream = null;
    /** What the browser fills. It has it while it does. @type {ArrayBuffer | null} */
    this.buffer = null;
    /** The stream before broke off: what this one gives first is taken at once. */
    this.careful = false;
    /** @type {Uint8Array | null} */
    this.piece = null;
    this.used = 0;
    /** Where in the file the next unused byte stands. */
    this.position = 0;
    /** Where the stream ends. */
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
    if (this.position !== offset) this.close();
    this.position = offset;
    while (!this.piece || this.used === this.piece.length) {
      this.drop();
      if (offset >= this.file.size) return null;
      const stream = this.stream ?? this.open(length);
      // After a stall or an error anything will do: what was filled by then is lost, and some streams get no further.
      const piece = await this.read(stream, this.careful ? 1 : Math.min(length, most, BUFFER_BYTES));
      if (this.lost) throw new Error(this.stalled);
      this.careful = stream !== this.stream;
      if (this.careful) continue;
      if (piece) this.piece = piece;
      else if (offset < this.end) return null;
      else this.close();
    }
    const bytes = this.piece.subarray(this.used, this.used + Math.min(length, most));
    this.used += bytes.length;
    this.position += bytes.length;
    return bytes;
  }

  /** @param {number} length */
  open(length) {
    this.end = Math.min(this.file.size, this.position + length + AHEAD_BYTES);
    this.stream = sourceOf(/** @type {ReadableStream<Uint8Array>} */ (this.file.slice(this.position, this.end).stream()));
    // It also keeps the stream: one that only its own waiting read refers to is garbage to Chromium, and never ends.
    this.timer = setInterval(() => this.watch(), this.watchdog.patience / 4);
    return this.stream;
  }

  /**
   * Reads on: as much as is wanted where the stream fills our buffer, for each piece costs time; else what it gives.
   * Null at its end, and when it was closed meanwhile: the browser then keeps the buffer.
   * @param {Source} stream @param {number} wanted @returns {Promise<Uint8Array | null>}
   */
  async read(stream, wanted) {
    if (!isFilling(stream)) {
      this.watchdog.waits(performance.now());
      const { value } = await stream.read();
      return this.heard(stream) && value ? value : null;
    }
    let buffer = this.buffer ?? new ArrayBuffer(BUFFER_BYTES);
    this.buffer = null;
    let filled = 0;
    for (let done = false; !done && filled < wanted; ) {
      this.watchdog.waits(performance.now());
      const got = await stream.read(new Uint8Array(buffer, filled)).catch((error) => this.failed(filled, error));
      if (!this.heard(stream) || !got.value) return null;
      buffer = /** @type {ArrayBuffer} */ (got.value.buffer);
      filled += got.value.length;
      done = got.done;
    }
    this.buffer = buffer;
    return filled > 0 ? new Uint8Array(buffer, 0, filled) : null;
  }

  /**
   * A file that can't be read from some place on: what was filled before is lost with the buffer, but is there, so it is
   * read once more.
   * @param {number} filled @param {unknown} error @returns {{ done: boolean, value: undefined }}
   */
  failed(filled, error) {
    if (filled === 0) throw error;
    this.close();
    return { done: true, value: undefined };
  }

  /** Whether what a stream gave is of use: it was not closed meanwhile. @param {Source} stream */
  heard(stream) {
    if (stream !== this.stream) return false;
    this.watchdog.heard();
    return true;
  }

  /** A stream that is closed ends its waiting read. */
  watch() {
    const found = this.watchdog.look(performance.now());
    this.lost = found === "lost";
    if (found !== "well") this.close();
  }

  drop() {
    if (this.piece && this.piece.buffer !== this.buffer) giveUp(this.piece.buffer);
    this.piece = null;
    this.used = 0;
  }

  close() {
    this.drop();
    clearInterval(this.timer);
    this.stream?.cancel().catch(() => {});
    this.stream = null;
  }
}
