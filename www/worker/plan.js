// What is read by whom, and in which order: large files and the members of archives in parts, small ones by the
// batch, and neither waits for all of the other.

/** @typedef {import("./protocol.js").Job} Job */

const MIB = 1024 * 1024;
/** A file up to this size is read at a stretch, without a look at how it could be cut. */
export const WHOLE_BYTES = 8 * MIB;
/** Parts are no larger, so that the scanners end together, unless there would be too many of them; nor is a file cut
 * that is no larger, unless it is an archive, which unpacks to many times its size. */
const PART_BYTES = 32 * MIB;
const MOST_PARTS = 256;
/** A batch of small files saves round trips; it must not keep one scanner busy while others have nothing to do. */
const BATCH_FILES = 64;
const BATCH_BYTES = 4 * MIB;

/**
 * How large the parts of a file should be: at least two for each scanner.
 * @param {number} size @param {number} scanners
 */
export function partBytes(size, scanners) {
  const wanted = size > PART_BYTES ? Math.max(size / MOST_PARTS, Math.min(PART_BYTES, size / (2 * scanners))) : PART_BYTES;
  return Math.ceil(wanted / MIB) * MIB;
}

/** How much a job reads. @param {Job} job */
export const bytesOf = ({ file, part }) => (part ? part.end - part.start : file.size);

/** Jobs that wait for a scanner. */
export class Queue {
  /** @param {number} scanners */
  constructor(scanners) {
    this.scanners = scanners;
    /** @type {Job[]} */
    this.small = [];
    /** Those that one scanner must read alone, then the parts: they fill the gaps at the end. @type {Job[]} */
    this.large = [];
    this.smallIsNext = true;
    /** What they read. */
    this.bytes = 0;
  }

  /** How many times `next` will give something, about. */
  get length() {
    return this.large.length + Math.ceil(this.small.length / BATCH_FILES);
  }

  /** @param {Job} job */
  push(job) {
    this.bytes += bytesOf(job);
    if (job.part) this.large.push(job);
    else if (job.file.size <= BATCH_BYTES) this.small.push(job);
    else this.large.splice(this.large.filter(({ part }) => !part).length, 0, job);
  }

  /** What one scanner reads next: small files and large ones take turns. @returns {Job[]} */
  next() {
    const small = this.small.length > 0 && (this.smallIsNext || this.large.length === 0);
    this.smallIsNext = !small;
    const jobs = small ? this.small.splice(0, this.batch()) : this.large.splice(0, 1);
    for (const job of jobs) this.bytes -= bytesOf(job);
    return jobs;
  }

  /** How many small files make a batch; fewer towards the end. */
  batch() {
    const most = Math.min(BATCH_FILES, Math.ceil(this.small.length / (2 * this.scanners)));
    let files = 1;
    for (let bytes = this.small[0]?.file.size ?? 0; files < most; files += 1) {
      bytes += this.small[files]?.file.size ?? 0;
      if (bytes > BATCH_BYTES) break;
    }
    return files;
  }

  /** Gives up what waits of a file, or of all. @param {number | null} [source] @returns how many jobs that were */
  drop(source = null) {
    const before = this.small.length + this.large.length;
    const stays = (/** @type {Job} */ job) => source !== null && job.source !== source;
    this.small = this.small.filter(stays);
    this.large = this.large.filter(stays);
    this.bytes = [...this.small, ...this.large].reduce((sum, job) => sum + bytesOf(job), 0);
    return before - this.small.length - this.large.length;
  }
}
