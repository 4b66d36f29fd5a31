// The only code of the page that starts workers, and through which all talk to them: deals out what is to be read,
// cancels, and goes on when one dies. A scan worker that traps costs what it was reading only; when the session itself is
// lost, all other files are read again.

import { Contexts } from "./contexts.js";
import { Entry } from "./entry.js";
import { Hashes } from "./hashes.js";
import { Queue, WHOLE_BYTES, bytesOf, isPlain } from "./plan.js";

/** @typedef {import("./protocol.js").ToWorker} ToWorker */
/** @typedef {import("./protocol.js").FromWorker} FromWorker */
/** @typedef {import("./protocol.js").Job} Job */
/** @typedef {import("./protocol.js").Part} Part */
/** @typedef {import("./protocol.js").Report} Report */

/**
 * What the pool tells the page.
 * @typedef {(
 *   | { type: "added", files: { source: number, name: string, size: number }[] }
 *   | { type: "files", patches: Patch[] }
 *   | { type: "summary", summary: Core.News, window?: App.Window }
 *   | { type: "over" }
 *   | { type: "restarted" }
 *   | { type: "fatal", message: string }
 * )} PoolEvent
 *
 * @typedef {[source: number, patch: Partial<App.FileState>]} Patch
 * A scan worker, what was dealt to it and has not ended (a batch that it reads, perhaps one that waits; or parts that it reads
 * side by side), which of that it was told to stop, and how many bytes were dealt to it in all.
 * @typedef {{ worker: Worker, batches: Job[][], stopped: Set<Job>, bytes: number }} Scanner
 */

/** More workers do not read faster than a browser gives data. */
const MOST_SCANNERS = 4;
/**
 * About so many parts are read at once, by all of them: each of three reads three, one alone four. While the core is at a piece
 * of one, the browser fetches those of the others. More would take memory, and read no faster.
 */
const STREAMS = 8;
/**
 * A worker that was dealt so much makes room for a new one: what a browser keeps of each read it clears away with the
 * worker, and seldom before. In Chromium that was a megabyte for each 30 that were read.
 */
const RENEW_BYTES = 512 * 1024 * 1024;
/** A worker that does not hear "cancel" for so long is ended. */
const DEAF_MS = 2000;
/** A session that was lost so often is not tried again. */
const MOST_RESTARTS = 3;

/** @param {string} text the workers' script @returns {() => Worker} */
export function workerFactory(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const policy = types?.createPolicy("app", {
    /** @param {string} address */
    createScriptURL(address) {
      if (!address.startsWith("blob:")) throw new TypeError("Only the page's own workers may run.");
      return address;
    },
  });
  return () => new Worker(policy ? policy.createScriptURL(url) : url);
}

export class Pool {
  /**
   * @param {{
   *   module: WebAssembly.Module, spawn: () => Worker, cores: number, listen: (event: PoolEvent) => void,
   *   words: import("./protocol.js").WorkerWords, broke: (message: string) => string,
   * }} setup
   */
  constructor({ module, spawn, cores, listen, words, broke }) {
    this.words = words;
    this.broke = broke;
    this.module = module;
    this.spawn = spawn;
    this.listen = listen;
    this.most = Math.max(1, Math.min(MOST_SCANNERS, cores));
    this.streams = Math.ceil(Math.min(STREAMS / this.most, STREAMS / 2));
    /** @type {Entry[]} */
    this.entries = [];
    /** How many of them are not over. */
    this.left = 0;
    this.queue = new Queue(this.most);
    this.lastJob = 0;
    /** @type {Set<Scanner>} */
    this.scanners = new Set();
    /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
    this.asks = new Map();
    this.lastAsk = 0;
    this.restarts = 0;
    this.cancelled = false;
    /** How many times all was read. */
    this.settled = 0;
    this.closed = false;
    this.hashes = new Hashes({
      start: () => this.start("hash"),
      changed: (sources, hash) => this.tell(sources.map((source) => [source, { hash }])),
      known: (source, hex) => this.send(this.lead, { type: "sha256", source, hex }),
    });
    this.contexts = new Contexts({
      start: () => this.start("ask"),
      ask: (method, args) => this.ask(method, args),
      found: (run, found) => this.lead.postMessage(/** @type {ToWorker} */ ({ type: "context_found", run, found }), [found]),
      entries: () => this.entries,
      most: this.most,
      words,
    });
    this.lead = this.startLead();
  }

  // --- what the page calls ---

  /** @param {App.Input[]} inputs @param {boolean} verify parse every event in full */
  add(inputs, verify) {
    this.hashes.stop();
    this.cancelled = false;
    const first = this.entries.length;
    // Not all at once: an engine takes some hundred thousand arguments at most.
    for (const input of inputs) this.entries.push(new Entry(input, verify));
    this.listen({ type: "added", files: inputs.map(({ file, name }, index) => ({ source: first + index, name, size: file.size })) });
    this.send(this.lead, { type: "add", inputs: this.entries.slice(first).map(nameAndSize) });
    this.begin(first);
  }

  /** Keeps what was found. The files that were not read whole are marked so. */
  cancel() {
    this.cancelled = true;
    this.queue.drop();
    const dealt = new Map();
    for (const scanner of this.scanners) {
      for (const { source } of scanner.batches.flat()) dealt.set(source, (dealt.get(source) ?? 0) + 1);
      if (scanner.batches.length > 0) this.stop(scanner);
    }
    this.entries.forEach((entry, source) => {
      if (entry.over) return;
      entry.stop(entry.open - (dealt.get(source) ?? 0));
      this.conclude(source);
    });
  }

  /**
   * Asks the session something.
   * @param {string} method
   * @param {unknown} [args]
   * @returns {Promise<any>}
   */
  ask(method, args) {
    if (this.closed) return Promise.reject(new Error("closed"));
    const ask = ++this.lastAsk;
    return new Promise((resolve, reject) => {
      this.asks.set(ask, { resolve, reject });
      this.send(this.lead, { type: "ask", ask, method, args });
    });
  }

  /**
   * One event of a group, read again from its file.
   * @param {number} group @param {number} index
   * @returns {Promise<{ at: string, time: string | null, evidence: Core.Evidence }>}
   */
  async evidence(group, index) {
    const [match] = /** @type {Core.MatchRef[]} */ (await this.ask("matches", { group, from: index, to: index + 1 }));
    // By its place, as findings that come meanwhile move it in its group.
    const at = match?.at ?? "";
    return { at, time: match?.time ?? null, evidence: await this.ask("evidence", { group, at, ...this.inputAt(at) }) };
  }

  /** The file that the word for a place means, and what opens it. @param {string} at */
  inputAt(at) {
    const entry = this.entries[Number.parseInt(at, 10)];
    return { file: entry?.file, passwords: entry?.passwords ?? "" };
  }

  /**
   * The context of one event of a group, read again from all files. `stopContext` ends it with what was found so far.
   * @param {number} group @param {string} at @param {{ minutes: number }} options
   * @param {(progress: App.ContextProgress) => void} onProgress
   */
  context(group, at, { minutes }, onProgress) {
    return this.contexts.gather({ group, at, ...this.inputAt(at), minutes }, onProgress);
  }

  /** @returns whether there was one to stop */
  stopContext() {
    return this.contexts.stop();
  }

  /** Any event, by the word that a context names its place with. @param {string} at @returns {Promise<Core.Evidence>} */
  eventAt(at) {
    return this.ask("event_at", { at, ...this.inputAt(at) });
  }

  /**
   * Takes a file that was read out of the result. Its number stays.
   * @param {number} source
   * @returns {Promise<number[] | null>} those that were taken out with it and are to be read anew, as their matches found no room
   *   beside it; null if it was not read, or is gone already
   */
  async remove(source) {
    const entry = this.entries[source];
    if (!entry?.over || entry.removed) return null;
    this.drop(source);
    // A session that takes the place of a lost one is told so, too.
    const crowded = /** @type {number[]} */ (await this.ask("remove", { source }).catch(() => []));
    for (const other of crowded) this.drop(other);
    return crowded;
  }

  /** @param {number} source */
  drop(source) {
    this.entries[source]?.remove();
    this.hashes.forget(source);
    this.tell([[source, { status: "removed", hash: "none" }]]);
  }

  close() {
    this.closed = true;
    this.lead.terminate();
    // Whoever waits for an answer waits no longer: the next session's rows would wait behind them.
    this.lead = /** @type {any} */ ({ postMessage() {}, terminate() {} });
    for (const { reject } of this.asks.values()) reject(new Error("closed"));
    this.asks.clear();
    this.hashes.stop();
    this.contexts.end();
    this.endScanners();
    this.queue.drop();
    this.listen = () => {};
  }

  // --- lead ---

  startLead() {
    const lead = this.start("lead");
    lead.onmessage = ({ data }) => this.fromLead(lead, data);
    lead.onerror = (event) => this.leadDied(lead, undefined, event.message);
    return lead;
  }

  /** @param {Worker} lead @param {FromWorker} message */
  fromLead(lead, message) {
    if (lead !== this.lead) return;
    switch (message.type) {
      case "summary":
        this.listen(message);
        break;
      case "answer":
        if (message.summary) this.listen({ type: "summary", summary: message.summary });
        this.asks.get(message.ask)?.resolve(message.value);
        this.asks.delete(message.ask);
        break;
      case "refusal":
        this.asks.get(message.ask)?.reject(new Error(message.message));
        this.asks.delete(message.ask);
        break;
      case "crashed":
        this.leadDied(lead, message.source, message.message);
        break;
      default:
    }
  }

  /** @param {Worker} lead @param {number | undefined} source whose findings broke it @param {string} message */
  leadDied(lead, source, message) {
    if (lead !== this.lead) return;
    lead.terminate();
    this.contexts.end();
    for (const { reject } of this.asks.values()) reject(new Error(message));
    this.asks.clear();
    if (++this.restarts > MOST_RESTARTS || this.entries.length === 0) {
      this.listen({ type: "fatal", message });
      this.close();
      return;
    }
    this.hashes.stop();
    this.endScanners();
    this.queue.drop();
    // All is read again, also what had been stopped; that can be stopped again.
    this.cancelled = false;
    this.lead = this.startLead();
    this.listen({ type: "restarted" });
    this.send(this.lead, { type: "add", inputs: this.entries.map(nameAndSize) });
    this.entries.forEach(({ removed }, source) => { if (removed) this.ask("remove", { source }).catch(() => {}); });
    const culprit = source === undefined ? undefined : this.entries[source];
    if (culprit) culprit.crash = message;
    this.begin(0);
  }

  // --- files ---

  /** Reads the files from this one on from their beginning. @param {number} first */
  begin(first) {
    const sources = this.entries.map((_, source) => source).slice(first).filter((source) => !this.entries[source]?.removed);
    for (const source of sources) this.entries[source]?.begin();
    this.left = this.entries.filter(({ over }) => !over).length;
    this.tell(sources.map((source) => [source, { status: "queued", bytes: 0, hash: this.entries[source]?.hash ?? "none" }]));
    for (const source of sources) this.open(source);
    this.deal();
    if (this.left === 0) this.settle();
  }

  /** @param {number} source */
  open(source) {
    const entry = /** @type {Entry} */ (this.entries[source]);
    if (entry.unopened !== null) this.fail(source, entry.unopened);
    else if (entry.crash !== null) this.giveUp(source, entry.crash);
    else if (entry.file.size > WHOLE_BYTES) this.plan(source, entry);
    else this.enqueue(source, [null]);
  }

  /** A large file is read in parts, if its format allows. @param {number} source @param {Entry} entry */
  async plan(source, entry) {
    const { lead } = this;
    /** @type {Part[]} */
    const parts = await this.ask("plan", { file: entry.file, scanners: this.most }).catch(() => []);
    if (lead !== this.lead || entry.over) return;
    const whole = parts.filter(({ start }) => !entry.broken.has(start));
    // The smallest come last: a large member there would keep one scanner busy while the others have nothing to do.
    whole.sort((a, b) => (b.end - b.start) - (a.end - a.start));
    this.enqueue(source, parts.length === 0 ? [null] : whole);
    this.deal();
  }

  /** @param {number} source @param {(Part | null)[]} parts */
  enqueue(source, parts) {
    const entry = /** @type {Entry} */ (this.entries[source]);
    const { file, name, passwords, verify } = entry;
    entry.divide(parts.length);
    for (const part of parts) this.queue.push({ id: ++this.lastJob, source, file, name, passwords, verify, part });
  }

  /** What a file's reader broke down at. @param {number} source @param {string} message */
  giveUp(source, message) {
    const entry = /** @type {Entry} */ (this.entries[source]);
    entry.crash = message;
    this.fail(source, this.broke(message));
  }

  /** One of its jobs ends in this. @param {number} source @param {string} reason */
  fail(source, reason) {
    this.entries[source]?.take({ job: 0, progress: null, found: null, end: "failed", reason });
    this.conclude(source);
  }

  /** A file of which nothing is left to read is over. @param {number} source */
  async conclude(source) {
    const entry = /** @type {Entry} */ (this.entries[source]);
    if (entry.over || entry.open > 0) return;
    const asks = entry.spoilt || (entry.parts > 1 && entry.failure === null);
    if (asks && !entry.stopped && await this.isMisfit(source, entry)) {
      // It was asked for each part that was lost, and is read again already.
      if (entry.open > 0) return;
      if (!this.cancelled) {
        this.again(source, entry);
        return;
      }
      entry.stopped = true;
    }
    if (entry.over || entry.open > 0) return;
    entry.over = true;
    this.left -= 1;
    const sum = entry.sum();
    if (entry.failure !== null) this.send(this.lead, { type: "failed", source, bytes: sum.bytes, reason: entry.failure, crashed: entry.crash !== null });
    if (entry.stopped) this.send(this.lead, { type: "stopped", source, bytes: sum.bytes });
    const status = entry.crash !== null ? "crashed" : entry.stopped ? "cancelled" : "done";
    // Readers stop where the last event ends, or where its stream does.
    const bytes = entry.failure === null && !entry.stopped ? entry.file.size : sum.bytes;
    this.tell([[source, { ...sum, bytes, status, crash: entry.crash, endedAt: performance.now() }]]);
    if (this.left === 0) this.settle();
  }

  /** What was found in it is forgotten: it is read in parts again, but for those that broke a reader, or at a stretch. @param {number} source @param {Entry} entry */
  again(source, entry) {
    if (entry.spoilt) {
      entry.divide(1);
      this.plan(source, entry);
    } else {
      this.enqueue(source, [null]);
      this.deal();
    }
  }

  /** @param {number} source @param {Entry} entry */
  async isMisfit(source, entry) {
    const { lead } = this;
    const misfit = await this.ask("misfit", { source, spoilt: entry.spoilt }).catch(() => false);
    return misfit && lead === this.lead && !entry.over;
  }

  /** Over is when the session has taken in the last of it. */
  async settle() {
    const { lead } = this;
    const mine = ++this.settled;
    this.endScanners();
    try {
      await this.ask("summary");
    } catch {
      // The lead died, and whoever started it again reads all files anew.
    }
    // What was added meanwhile, and is read already, may not have been taken in.
    if (lead !== this.lead || mine !== this.settled || this.left > 0) return;
    this.listen({ type: "over" });
    this.hashes.go(this.entries);
  }

  // --- scanners ---

  deal() {
    for (let scanner; this.queue.length > 0 && (scanner = this.free()); ) {
      const jobs = this.queue.next();
      scanner.batches.push(jobs);
      scanner.bytes += jobs.reduce((sum, job) => sum + bytesOf(job), 0);
      this.send(scanner.worker, { type: "scan", jobs });
      this.tell(jobs.flatMap(({ source }) => this.opened(source)));
    }
  }

  /** Who can take a batch. While much waits, each scanner has all that it can read side by side. @returns {Scanner | undefined} */
  free() {
    // One that reads its last batch counts no more: the one in its place starts meanwhile.
    const all = [...this.scanners].filter((scanner) => !this.isSpent(scanner) || scanner.batches.length > 1);
    const [least] = all.filter((scanner) => !this.isSpent(scanner)).sort((a, b) => a.batches.length - b.batches.length);
    if (least?.batches.length === 0) return least;
    if (all.length < this.most) return this.startScanner();
    return least && least.batches.length < this.room(least) && this.queue.length > 2 * this.most ? least : undefined;
  }

  /** How many batches a scanner may have: as many as it reads side by side, or one to read and the next at hand. @param {Scanner} scanner */
  room({ batches }) {
    return this.queue.isPlainNext && batches.flat().every(isPlain) ? this.streams : 2;
  }

  /** Whether another one should read on: a new one takes time to start, which the rest of a log must be worth. @param {Scanner} scanner */
  isSpent({ bytes }) {
    return bytes >= RENEW_BYTES && this.queue.bytes >= RENEW_BYTES / 2;
  }

  /** @param {number} source @returns {Patch[]} */
  opened(source) {
    const entry = /** @type {Entry} */ (this.entries[source]);
    if (entry.reading) return [];
    entry.reading = true;
    return [[source, { status: "reading", startedAt: performance.now() }]];
  }

  /**
   * Starts all scanners before there is anything to read, and lets one of them read samples, and the lead: they share the code
   * that the browser makes of the core.
   * @param {Uint8Array[]} samples
   */
  prepare(samples) {
    while (this.scanners.size < this.most) this.startScanner();
    const [first] = this.scanners;
    for (const worker of first ? [first.worker, this.lead] : []) this.send(worker, { type: "warm", samples });
  }

  startScanner() {
    /** @type {Scanner} */
    const scanner = { worker: this.start("scan"), batches: [], stopped: new Set(), bytes: 0 };
    scanner.worker.onmessage = ({ data }) => this.fromScanner(scanner, data);
    scanner.worker.onerror = (event) => this.scannerDied(scanner, undefined, event.message);
    this.scanners.add(scanner);
    return scanner;
  }

  /** @param {Scanner} scanner */
  endScanner(scanner) {
    scanner.worker.terminate();
    scanner.worker.onmessage = null;
    scanner.worker.onerror = null;
    this.scanners.delete(scanner);
  }

  endScanners() {
    for (const scanner of [...this.scanners]) this.endScanner(scanner);
  }

  /** Tells a scanner to stop; one that does not listen is ended. @param {Scanner} scanner */
  stop(scanner) {
    for (const job of scanner.batches.flat()) scanner.stopped.add(job);
    this.send(scanner.worker, { type: "cancel" });
    setTimeout(() => {
      const jobs = scanner.batches.flat();
      if (!this.scanners.has(scanner) || !jobs.some((job) => scanner.stopped.has(job))) return;
      this.endScanner(scanner);
      this.putBack(scanner, jobs);
      for (const { source } of jobs) this.conclude(source);
      this.deal();
    }, DEAF_MS);
  }

  /** @param {Scanner} scanner @param {FromWorker} message */
  fromScanner(scanner, message) {
    if (message.type === "crashed") this.scannerDied(scanner, message.job, message.message);
    if (message.type !== "reports") return;
    const sources = new Map(scanner.batches.flat().map(({ id, source }) => [id, source]));
    const ended = new Set(message.reports.filter(({ end }) => end !== null).map(({ job }) => job));
    scanner.batches = scanner.batches.map((batch) => batch.filter(({ id }) => !ended.has(id))).filter((batch) => batch.length > 0);
    if (scanner.batches.length === 0 && this.isSpent(scanner)) this.endScanner(scanner);
    this.fromJobs(message.reports.map((report) => [/** @type {number} */ (sources.get(report.job)), report]));
  }

  /** @param {[source: number, report: Report][]} reports */
  fromJobs(reports) {
    const sources = new Set(reports.map(([source]) => source));
    for (const [source, report] of reports) {
      const entry = /** @type {Entry} */ (this.entries[source]);
      entry.take(report);
      if (report.end === "failed") entry.open -= this.queue.drop(source);
      if (report.found) this.absorb(source, report.found);
    }
    this.tell([...sources].map((source) => [source, /** @type {Entry} */ (this.entries[source]).sum()]));
    for (const source of sources) this.conclude(source);
    this.deal();
  }

  /** It costs the job that broke it; what else it had is dealt to others. @param {Scanner} scanner @param {number | undefined} id @param {string} message */
  scannerDied(scanner, id, message) {
    const jobs = scanner.batches.flat();
    this.endScanner(scanner);
    const culprit = jobs.find((job) => job.id === id) ?? jobs[0];
    if (!culprit) {
      // It died before it had a file: no second try would end otherwise.
      this.listen({ type: "fatal", message });
      return;
    }
    const others = jobs.filter((job) => job !== culprit);
    this.putBack(scanner, others);
    if (culprit.part) this.entries[culprit.source]?.broken.add(culprit.part.start);
    this.giveUp(culprit.source, message);
    for (const { source } of others) this.conclude(source);
    this.deal();
  }

  /** What a scanner had that is no more is dealt to others, but for what it was to stop. @param {Scanner} scanner @param {Job[]} jobs */
  putBack({ stopped }, jobs) {
    for (const job of jobs) {
      const entry = /** @type {Entry} */ (this.entries[job.source]);
      if (stopped.has(job)) entry.take({ job: job.id, progress: null, found: null, end: "stopped", reason: "" });
      else if (entry.handed.has(job.id)) entry.lose();
      else this.queue.push(job);
    }
  }

  /** @param {number} source @param {ArrayBuffer} found */
  absorb(source, found) {
    this.lead.postMessage(/** @type {ToWorker} */ ({ type: "absorb", source, found }), [found]);
  }

  /** @param {Patch[]} patches */
  tell(patches) {
    if (patches.length > 0) this.listen({ type: "files", patches });
  }

  /** @param {"lead" | "scan" | "hash" | "ask"} role */
  start(role) {
    const worker = this.spawn();
    this.send(worker, { type: "start", role, module: this.module, words: this.words });
    return worker;
  }

  /** @param {Worker} worker @param {ToWorker} message */
  send(worker, message) {
    worker.postMessage(message);
  }
}

/** Thousands of file handles are not sent where a name is enough. @param {Entry} entry */
function nameAndSize({ file, name, volumes }) {
  return { name, size: file.size, volumes };
}
