// Reads a file forwards, one stream a contiguous range: the fastest way in every browser. The browser fills one buffer
// again and again, where it can; where each piece comes in a buffer of its own, that is given up once it was used, or
// gigabytes of them pile up until the next garbage collection.

import { volumeAt } from "../input/log.js";
import { PIECE, STALL_MS, STALL_RETRIES } from "./protocol.js";
import { sentence } from "./sentence.js";
import { Watchdog } from "./watchdog.js";

/** What the browser fills at once, at most: it fits a processor's cache. */
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
 * @param {Wanting} wanting @param {App.Log} file @param {string} stalled
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
   * @param {App.Log} file
   * @param {string} stalled what to say when it gives no data
   * @param {Watchdog} [watchdog]
   */
  constructor(file, stalled, watchdog = new Watchdog(STALL_MS, STALL_RETRIES)) {
    this.file = file;
    this.stalled = stalled;
    this.watchdog = watchdog;
    this.lost = false;
    /**
     * Whether buffers are filled before they are given: nothing is done for every little that comes, and few of EVTX's chunks
     * are cut. Not once a stream stalled or broke, as what it had put into the buffer is lost then.
     */
    this.filled = true;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {Source | null} */
    this.stream = null;
    /** What the browser fills. It has it while it does. @type {ArrayBuffer | null} */
    this.buffer = null;
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
      const piece = await this.read(stream);
      if (this.lost) throw this.failure(new Error(this.stalled));
      if (stream !== this.stream) continue;
      if (piece) this.piece = piece;
      else if (offset < this.end) return null;
      else this.close();
    }
    const bytes = this.piece.subarray(this.used, this.used + Math.min(length, most));
    this.used += bytes.length;
    this.position += bytes.length;
    return bytes;
  }

  /** Opens a stream of the volume that the position lies in. @param {number} length */
  open(length) {
    const { file, start } = /** @type {NonNullable<ReturnType<typeof volumeAt>>} */ (volumeAt(this.file, this.position));
    this.end = Math.min(start + file.size, this.position + length + AHEAD_BYTES);
    this.stream = sourceOf(/** @type {ReadableStream<Uint8Array>} */ (file.slice(this.position - start, this.end - start).stream()));
    // It also keeps the stream: one that only its own waiting read refers to is garbage to Chromium, and never ends.
    this.timer = setInterval(() => this.watch(), this.watchdog.patience / 4);
    return this.stream;
  }

  /**
   * Reads on: what the stream gives, in our buffer if it fills one. Null at its end, and when it was closed meanwhile: the
   * browser then keeps the buffer.
   * @param {Source} stream @returns {Promise<Uint8Array | null>}
   */
  async read(stream) {
    this.watchdog.waits(performance.now());
    const { value } = await (isFilling(stream) ? stream.read(this.lend(), { min: this.least() }) : stream.read()).catch((why) => this.broke(why));
    if (!this.heard(stream) || !value) return null;
    if (isFilling(stream)) this.buffer = /** @type {ArrayBuffer} */ (value.buffer);
    return value.length > 0 ? value : null;
  }

  /** The buffer, to be filled. */
  lend() {
    const buffer = this.buffer ?? new ArrayBuffer(BUFFER_BYTES);
    this.buffer = null;
    return new Uint8Array(buffer);
  }

  /** How much a buffer is to hold at least. Browsers that don't know this give what they have. */
  least() {
    return this.filled ? Math.max(1, Math.min(BUFFER_BYTES, this.end - this.position)) : 1;
  }

  /** Why it can't be read, with the volume that is to blame, if there are several. @param {unknown} why */
  failure(why) {
    const volume = "volumes" in this.file ? volumeAt(this.file, this.position) : null;
    return volume ? new Error(`${volume.file.name}: ${sentence(why)}`) : why;
  }

  /** All that a file gives before it breaks is read: once more, by what comes. @param {unknown} why */
  broke(why) {
    if (!this.filled) throw this.failure(why);
    this.filled = false;
    this.close();
    return { value: undefined };
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
    if (found === "well") return;
    // A slow disk takes long to fill a buffer.
    this.filled = false;
    this.close();
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
