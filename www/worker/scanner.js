// A scan worker: reads files and parts of files, one after another, and reports what it finds.

import { FIRST_MS, PIECE, PROGRESS_MS, TAKE_MS, WARM_MS } from "./protocol.js";
import { Reader } from "./reader.js";
import { guarded, owned, post, sentence } from "./talk.js";

/** @typedef {import("./protocol.js").Job} Job */
/** @typedef {import("./protocol.js").End} End */
/** @typedef {import("./protocol.js").Report} Report */

/** How long it reads without listening for a "cancel". */
const DEAF_MS = 40;

/** A turn of the event loop, so that a waiting message is heard even when reads are ready at once. */
const turn = (() => {
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const waiting = [];
  port1.onmessage = () => waiting.shift()?.();
  return () => new Promise((/** @type {(value: void) => void} */ resolve) => {
    waiting.push(resolve);
    port2.postMessage(0);
  });
})();

/** @param {Job} job @returns {Core.Scan} */
function scanOf({ source, file, name, verify, part }) {
  return part
    ? wasm_bindgen.Scan.of_part(source, name, file.size, verify, new Uint8Array(part.head), part.start, part.end)
    : new wasm_bindgen.Scan(source, name, file.size, verify);
}

export class Scanner {
  /** @param {import("./protocol.js").WorkerWords} words */
  constructor(words) {
    this.words = words;
    /** What was found and not told yet: small files are told of together. @type {Report[]} */
    this.reports = [];
    const now = performance.now();
    this.told = now - PROGRESS_MS + FIRST_MS;
    this.taken = now - TAKE_MS + FIRST_MS;
    this.rested = now;
    this.work = Promise.resolve();
    /** Of the jobs that came since the last "cancel". */
    this.order = { stop: false };
    /** There was something to read. */
    this.called = false;
  }

  /** @param {import("./protocol.js").ToWorker} message */
  hear(message) {
    if (message.type === "cancel") {
      this.order.stop = true;
      this.order = { stop: false };
    } else if (message.type === "warm") {
      guarded({}, () => this.warm(message.samples));
    } else if (message.type === "scan") {
      this.called = true;
      const { order } = this;
      for (const job of message.jobs) {
        this.work = this.work.then(() => guarded({ job: job.id }, () => this.scan(job, order)));
      }
      this.work = this.work.then(() => this.tell());
    }
  }

  /**
   * Reads samples until there is something to read, but not for long: a browser compiles well only what it has
   * seen run, and the first log shall not wait for that.
   * @param {Uint8Array[]} samples
   */
  async warm(samples) {
    for (const end = performance.now() + WARM_MS; performance.now() < end && !this.called; await turn()) {
      for (const bytes of samples) {
        const scan = new wasm_bindgen.Scan(0, "", bytes.length, false);
        for (let at; (at = scan.want_offset()) >= 0; ) scan.push(bytes.subarray(at, at + Math.min(scan.want_length(), PIECE)));
        scan.finish();
      }
    }
  }

  /** @param {Job} job @param {{ stop: boolean }} order */
  async scan(job, order) {
    if (order.stop) {
      this.note(job, null, null, "stopped");
      return;
    }
    try {
      const scan = scanOf(job);
      const [end, reason] = await this.read(scan, job, order);
      const progress = scan.progress();
      const found = owned(end === "done" ? scan.finish() : scan.take());
      this.note(job, progress, found, end, reason);
    } catch (error) {
      // What other jobs have found is not lost with the core.
      this.tell();
      throw error;
    }
  }

  /**
   * Reads all that a scan wants.
   * @param {Core.Scan} scan @param {Job} job @param {{ stop: boolean }} order
   * @returns {Promise<[End, string]>} how it ended, and why it failed
   */
  async read(scan, job, order) {
    const reader = new Reader(job.file, this.words.stalled);
    try {
      for (let at; (at = scan.want_offset()) >= 0; ) {
        if (order.stop) return ["stopped", ""];
        // What the reader says, and not what the core may throw.
        let bytes;
        try {
          bytes = await reader.next(at, scan.want_length(), PIECE);
        } catch (error) {
          return ["failed", sentence(error)];
        }
        if (bytes === null) return ["failed", this.words.shorter];
        scan.push(bytes);
        const now = performance.now();
        if (now - this.told >= PROGRESS_MS) this.report(scan, job, now);
        if (now - this.rested >= DEAF_MS) await this.listen();
      }
      return ["done", ""];
    } finally {
      reader.close();
    }
  }

  /** How far it has come and, less often, what it found. @param {Core.Scan} scan @param {Job} job @param {number} now */
  report(scan, job, now) {
    const hands = now - this.taken >= TAKE_MS;
    if (hands) this.taken = now;
    this.note(job, scan.progress(), hands ? owned(scan.take()) : null);
    this.tell();
  }

  /** Hears what came meanwhile. */
  async listen() {
    await turn();
    this.rested = performance.now();
  }

  /**
   * @param {Job} job @param {Core.Progress | null} progress @param {ArrayBuffer | null} found
   * @param {End | null} [end] @param {string} [reason]
   */
  note(job, progress, found, end = null, reason = "") {
    this.reports.push({ job: job.id, progress, found, end, reason });
    if (performance.now() - this.told >= PROGRESS_MS) this.tell();
  }

  tell() {
    if (this.reports.length === 0) return;
    const { reports } = this;
    this.reports = [];
    this.told = performance.now();
    post({ type: "reports", reports }, reports.flatMap(({ found }) => (found ? [found] : [])));
  }
}
