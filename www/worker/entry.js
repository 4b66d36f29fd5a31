// What the pool knows of one file: what of it is still to be read, and how far its parts have come together.

/** @typedef {import("./protocol.js").Report} Report */

/** @type {Core.Progress} */
const NOTHING = { bytes: 0, format: null, records: 0, process_creations: 0, matches: 0, unreadable: 0, problems: 0 };

export class Entry {
  over = false;
  /** Taken out of the result: never read again. */
  removed = false;
  /** A scanner has it. */
  reading = false;
  /** How many jobs it takes to read it, and how many of them have not ended. */
  parts = 1;
  open = 1;
  /** How far each has come. @type {Map<number, Core.Progress>} */
  progress = new Map();
  /** Those that have handed over a part of what they found. @type {Set<number>} */
  handed = new Set();
  /** One of these was lost with its scanner: what it had handed over can't be told from the rest. */
  spoilt = false;
  /** Where parts begin that broke their reader: they are not read again. @type {Set<number>} */
  broken = new Set();
  /** Cancelled before all of it was read. */
  stopped = false;
  /** Why it could not be read, a sentence for the report. @type {string | null} */
  failure = null;
  /** What broke its reader; it is not read again. @type {string | null} */
  crash = null;
  /** @type {App.FileState["hash"]} */
  hash = "none";

  /** @param {App.Input} input @param {boolean} verify */
  constructor({ file, name, passwords, unopened, volumes }, verify) {
    this.file = file;
    this.name = name;
    /** What it was joined from. @type {Core.Volume[]} */
    this.volumes = volumes ?? [];
    /** With what it is tried if it is an encrypted archive, one on each line. */
    this.passwords = passwords ?? "";
    /** Why there is nothing of it to read. @type {string | null} */
    this.unopened = unopened ?? null;
    this.verify = verify;
  }

  remove() {
    this.removed = true;
    this.over = true;
    // No hash of it is wanted any more.
    this.hash = "failed";
  }

  /** Nothing of it was read yet. */
  begin() {
    Object.assign(this, { over: false, reading: false, stopped: false, failure: null, hash: this.unopened === null ? "none" : "failed" });
    this.divide(1);
  }

  /** @param {number} jobs */
  divide(jobs) {
    this.parts = jobs;
    this.open = jobs;
    this.progress = new Map();
    this.handed = new Set();
    this.spoilt = false;
  }

  /** @param {Report} report */
  take({ job, progress, found, end, reason }) {
    if (progress) this.progress.set(job, progress);
    if (found) this.handed.add(job);
    if (end !== null) this.open -= 1;
    if (end === "stopped") this.stopped = true;
    if (end === "failed") this.failure ??= reason;
  }

  /** A job that handed something over can't simply be read once more: all of the file is, when the others have ended. */
  lose() {
    this.spoilt = true;
    this.open -= 1;
  }

  /** Gives up jobs that have not begun. @param {number} jobs */
  stop(jobs) {
    this.open -= jobs;
    this.stopped ||= jobs > 0;
  }

  /** The sum over its jobs. @returns {Core.Progress} */
  sum() {
    const sum = { ...NOTHING };
    for (const part of this.progress.values()) {
      sum.format ??= part.format;
      sum.bytes += part.bytes;
      sum.records += part.records;
      sum.process_creations += part.process_creations;
      sum.matches += part.matches;
      sum.unreadable += part.unreadable;
      sum.problems += part.problems;
    }
    return sum;
  }
}
