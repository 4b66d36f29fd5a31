// What is read by whom, and in which order: large files and the members of archives in parts, small ones by the
// batch, and neither waits for all of the other.

/** @typedef {import("./protocol.js").Job} Job */

const MIB = 1024 * 1024;
/** A file up to this size is read at a stretch, without a look at how it could be cut. */
export const WHOLE_BYTES = 8 * MIB;
/** A file that is no larger is not cut, unless it is an archive, which unpacks to many times its size. */
const UNCUT_BYTES = 32 * MIB;
/** Where a file is looked at for places to cut it: every so many bytes, in steps so small that the scanners end together,
 * but no more than so many times. */
const GRAIN_BYTES = 2 * MIB;
const MOST_GRAINS = 4096;
/** So many grains are a part, as long as there are many left. */
const PART_GRAINS = 8;
/** A batch of small files saves round trips; it must not keep one scanner busy while others have nothing to do. */
const BATCH_FILES = 64;
const BATCH_BYTES = 4 * MIB;

/** In which steps a file should be cut. @param {number} size */
export function grainBytes(size) {
  const wanted = size > UNCUT_BYTES ? Math.max(GRAIN_BYTES, size / MOST_GRAINS) : UNCUT_BYTES;
  return Math.ceil(wanted / MIB) * MIB;
}

/**
 * Joins grains to parts: each takes its share of what is left, and half of that, so that no scanner is still at a large part
 * when the others have nothing to do. Grains of an archive are as large as its members.
 * @param {ArrayLike<number>} grains where each begins @param {number} size of the file @param {number} scanners
 * @returns {number[]} where each part begins
 */
export function joined(grains, size, scanners) {
  const most = PART_GRAINS * grainBytes(size);
  /** @type {number[]} */
  const parts = [];
  for (let at = 0; at < grains.length; ) {
    const start = /** @type {number} */ (grains[at]);
    const room = Math.min(most, (size - start) / (2 * scanners));
    const last = at + PART_GRAINS;
    parts.push(start);
    do at += 1;
    while (at < Math.min(last, grains.length) && (grains[at + 1] ?? size) - start <= room);
  }
  return parts;
}

/** How much a job reads. @param {Job} job */
export const bytesOf = ({ file, part }) => (part ? part.end - part.start : file.size);

/**
 * Whether it may be read beside others of its kind: its bytes are what one waits for, and it holds little. What is packed, or may
 * be, keeps the core busy by itself.
 * @param {Job} job
 */
export const isPlain = ({ part }) => part !== null && !part.packed;

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

  /** Small files come next: they and large ones take turns. */
  get isSmallNext() {
    return this.small.length > 0 && (this.smallIsNext || this.large.length === 0);
  }

  /** What comes next may be read beside others. */
  get isPlainNext() {
    const [first] = this.large;
    return first !== undefined && !this.isSmallNext && isPlain(first);
  }

  /** @param {Job} job */
  push(job) {
    this.bytes += bytesOf(job);
    if (job.part) this.large.push(job);
    else if (job.file.size <= BATCH_BYTES) this.small.push(job);
    else this.large.splice(this.large.filter(({ part }) => !part).length, 0, job);
  }

  /** What one scanner reads next. @returns {Job[]} */
  next() {
    const small = this.isSmallNext;
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
