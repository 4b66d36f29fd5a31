// A scan worker: reads files one after another and parts of files side by side, and reports what it finds.

import { FIRST_MS, PIECE, PROGRESS_MS, TAKE_MS, WARM_MS } from "./protocol.js";
import { isPlain } from "./plan.js";
import { Reader } from "./reader.js";
import { sentence } from "./sentence.js";
import { guarded, owned, post } from "./talk.js";

/** @typedef {import("./protocol.js").Job} Job */
/** @typedef {import("./protocol.js").End} End */
/** @typedef {import("./protocol.js").Report} Report */
/** Of the jobs that came since the last "cancel". @typedef {{ stop: boolean }} Order */
/** A job of a batch, of which so many have not ended. @typedef {{ job: Job, batch: { left: number }, order: Order }} Waiting */

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

/** @type {Promise<never>} */
const NEVER = new Promise(() => {});

/** @param {Job} job @returns {Core.Scan} */
function scanOf({ source, file, name, passwords, verify, part }) {
  const scan = part
    ? wasm_bindgen.Scan.of_part(source, name, file.size, verify, new Uint8Array(part.head), part.start, part.end)
    : new wasm_bindgen.Scan(source, name, file.size, verify);
  scan.set_passwords(passwords);
  return scan;
}

export class Scanner {
  /** @param {import("./protocol.js").WorkerWords} words */
  constructor(words) {
    this.words = words;
    /** What was found and not told yet: small files are told of together. @type {Report[]} */
    this.reports = [];
    const now = performance.now();
    this.told = now;
    this.taken = now;
    this.rested = now;
    /** When it hands over next what was found: soon at first, then ever later. */
    this.pace = FIRST_MS;
    /** Its first match is handed over at once. */
    this.awaited = false;
    /** @type {Waiting[]} */
    this.waiting = [];
    /** What is being read, and how far that is. @type {Map<Job, Core.Scan | null>} */
    this.open = new Map();
    /** While the core is at something, and for ever when it breaks at that: what it says of the others is then worth nothing. */
    this.broken = false;
    /** Whose bytes it is at then. @type {Job | null} */
    this.busy = null;
    /** @type {Order} */
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
      if (this.open.size === 0) this.wake();
      const { order } = this;
      const batch = { left: message.jobs.length };
      this.waiting.push(...message.jobs.map((job) => ({ job, batch, order })));
      this.begin();
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

  /** Someone waits for what it will find first. */
  wake() {
    this.taken = performance.now();
    this.pace = FIRST_MS;
    this.awaited = true;
  }

  /** Begins what may be read beside what is being read. */
  begin() {
    for (let next; (next = this.waiting[0]) && this.hasRoom(next.job); ) {
      this.waiting.shift();
      this.run(next);
    }
  }

  /** @param {Job} job */
  hasRoom(job) {
    return !this.broken && (this.open.size === 0 || (isPlain(job) && [...this.open.keys()].every(isPlain)));
  }

  /** @param {Waiting} next */
  async run({ job, batch, order }) {
    this.open.set(job, null);
    const at = { job: job.id };
    await guarded(at, async () => {
      try {
        await this.scan(job, order);
      } catch (error) {
        // While one is read, what was found in others is taken: what breaks the core then is theirs.
        if (this.broken && this.busy) at.job = this.busy.id;
        throw error;
      }
    });
    this.open.delete(job);
    batch.left -= 1;
    if (batch.left === 0) this.tell();
    this.begin();
  }

  /** @template T @param {Job} job @param {() => T} work with the core for it @returns {T} */
  core(job, work) {
    this.broken = true;
    this.busy = job;
    const value = work();
    this.broken = false;
    return value;
  }

  /** @param {Job} job @param {Order} order */
  async scan(job, order) {
    if (order.stop) {
      this.note(job, null, null, "stopped");
      return;
    }
    try {
      const scan = this.core(job, () => scanOf(job));
      this.open.set(job, scan);
      const [end, reason] = await this.read(scan, job, order);
      if (this.broken) await NEVER;
      this.open.set(job, null);
      const { progress, found } = this.core(job, () => ({ progress: scan.progress(), found: owned(end === "done" ? scan.finish() : scan.take()) }));
      this.note(job, progress, found, end, reason);
    } catch (error) {
      // What other jobs have found is not lost with the core.
      this.tell();
      throw error;
    }
  }

  /**
   * Reads all that a scan wants.
   * @param {Core.Scan} scan @param {Job} job @param {Order} order
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
        if (this.broken) await NEVER;
        const piece = bytes;
        this.core(job, () => scan.push(piece));
        const now = performance.now();
        const first = this.awaited && this.core(job, () => scan.has_match());
        if (first || now - this.told >= PROGRESS_MS || now - this.taken >= this.pace) this.report(now, first);
        if (now - this.rested >= DEAF_MS) await this.listen();
      }
      return ["done", ""];
    } finally {
      reader.close();
    }
  }

  /** How far all have come and, less often, what they found. @param {number} now @param {boolean} first it is the first match */
  report(now, first) {
    const hands = first || now - this.taken >= this.pace;
    if (first) this.awaited = false;
    if (hands) {
      this.taken = now;
      this.pace = Math.min(2 * this.pace, TAKE_MS);
    }
    for (const [job, scan] of this.open) {
      if (!scan) continue;
      const { found, progress } = this.core(job, () => ({ found: hands ? owned(scan.take()) : null, progress: scan.progress() }));
      this.reports.push({ job: job.id, progress, found, end: null, reason: "" });
    }
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
