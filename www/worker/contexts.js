// The context of a match: its questions are put to all files, in rounds, by workers that live as long as one
// context takes. The lead keeps what was found, and the answer.

/** @typedef {import("./protocol.js").FromWorker} FromWorker */
/** @typedef {import("./protocol.js").Pass} Pass */
/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {{ worker: Worker, job: Job | null }} Asker */
/** What one pass reads and how much that is. @typedef {Omit<Pass, "question"> & { size: number }} Target */
/** One pass of a round, and how far it has come. @typedef {Pass & { target: Target, size: number, bytes: number }} Job */

export class Contexts {
  /**
   * @param {{ start: () => Worker, ask: (method: string, args: unknown) => Promise<any>, found: (run: number, found: ArrayBuffer) => void,
   *   entries: () => Entry[], most: number, words: { later: string } }} setup
   */
  constructor({ start, ask, found, entries, most, words }) {
    this.start = start;
    this.ask = ask;
    this.found = found;
    this.entries = entries;
    this.most = most;
    this.words = words;
    this.lastRun = 0;
    /** @type {Run | null} */
    this.run = null;
  }

  /**
   * @param {{ group: number, at: string, file: App.Log | undefined, passwords: string, minutes: number }} what of the event at that place
   * @param {(progress: App.ContextProgress) => void} onProgress
   * @returns {Promise<Core.Context | null>} null: another one was asked for meanwhile, or it was stopped before anything was asked
   */
  async gather(what, onProgress) {
    this.end();
    const run = new Run(this, ++this.lastRun, onProgress);
    this.run = run;
    try {
      // Its event may stand minutes deep in an archive.
      await Promise.race([this.ask("context", { run: run.number, ...what }), run.stopping]);
      run.isFound = true;
      if (run.stopped) return null;
      await run.rounds();
      return run === this.run ? { ...await this.ask("context_answer", { run: run.number }), stopped: run.stopped } : null;
    } finally {
      run.end();
      if (run === this.run) this.run = null;
    }
  }

  /** Stops reading; what was found becomes the answer. */
  stop() {
    this.run?.stop();
    return this.run !== null;
  }

  /** Nobody waits for it any more. */
  end() {
    this.run?.stop();
    this.run = null;
  }
}

class Run {
  /** @param {Contexts} contexts @param {number} number @param {(progress: App.ContextProgress) => void} onProgress */
  constructor(contexts, number, onProgress) {
    this.contexts = contexts;
    this.number = number;
    this.onProgress = onProgress;
    this.round = 0;
    /** The event itself was read again. */
    this.isFound = false;
    this.stopped = false;
    this.stopping = new Promise((/** @type {(value: void) => void} */ resolve) => { this.halt = resolve; });
    /** Files that came later are not asked. */
    this.sources = contexts.entries().length;
    /** What is asked of each file, the same in every round: one whose reading ends meanwhile could be asked in parts then.
     * @type {Map<number, Promise<Target[]>>} */
    this.targets = new Map();
    /** @type {Asker[]} */
    this.askers = [];
    /** @type {Job[]} */
    this.jobs = [];
    this.next = 0;
    this.left = 0;
    /** Files and parts with process creations of the host: only these are asked again. @type {Set<Target>} */
    this.holdHost = new Set();
    /** @type {() => void} */
    this.over = () => {};
  }

  async rounds() {
    for (let more = true; more && !this.stopped; ) {
      const { ask } = this.contexts;
      const { question, asks } = await ask("context_question", { run: this.number, sources: this.known() });
      this.round += 1;
      const targets = (await Promise.all(asks.map((/** @type {number} */ source) => this.targetsOf(source)))).flat();
      const asked = this.round === 1 ? targets : targets.filter((target) => this.holdHost.has(target));
      await this.put(asked.map((target) => ({ ...target, target, question, bytes: 0 })));
      if (this.stopped) return;
      more = await ask("context_next", { run: this.number });
    }
    this.contexts.entries().forEach(({ name, removed, unopened }, source) => {
      if (removed) return;
      if (source >= this.sources) this.fail(name, this.contexts.words.later);
      else if (unopened !== null) this.fail(name, unopened);
    });
  }

  /** The files that can be asked. */
  known() {
    return this.contexts.entries().slice(0, this.sources).flatMap(({ removed, unopened }, source) => (removed || unopened !== null ? [] : [source]));
  }

  /** @param {number} source */
  targetsOf(source) {
    const known = this.targets.get(source) ?? this.divided(source);
    this.targets.set(source, known);
    return known;
  }

  /**
   * A file that was read in parts, and whose parts fitted together, is asked in the same parts.
   * @param {number} source @returns {Promise<Target[]>}
   */
  async divided(source) {
    const entry = /** @type {Entry} */ (this.contexts.entries()[source]);
    const { file, name, passwords } = entry;
    const whole = { source, file, name, passwords, part: null, size: file.size };
    if (entry.parts === 1 || !entry.over || entry.stopped || entry.failure !== null) return [whole];
    /** @type {import("./protocol.js").Part[]} */
    const parts = await this.contexts.ask("plan", { file, scanners: this.contexts.most }).catch(() => []);
    // One that can't be read any more says so when it is asked.
    return parts.length === 0 ? [whole] : parts.map((part) => ({ ...whole, part, size: part.end - part.start }));
  }

  /** Puts the question to all of these. @param {Job[]} jobs */
  put(jobs) {
    this.jobs = jobs;
    this.next = 0;
    this.left = jobs.length;
    this.tell();
    return new Promise((/** @type {(value: void) => void} */ resolve) => {
      this.over = resolve;
      if (this.left === 0 || this.stopped) return resolve();
      while (this.askers.length < Math.min(this.contexts.most, jobs.length)) this.hire();
      for (const asker of this.askers) this.deal(asker);
    });
  }

  hire() {
    /** @type {Asker} */
    const asker = { worker: this.contexts.start(), job: null };
    asker.worker.onmessage = ({ data }) => this.hear(asker, data);
    asker.worker.onerror = (event) => this.lost(asker, event.message);
    this.askers.push(asker);
  }

  /** @param {Asker} asker */
  deal(asker) {
    const job = this.jobs[this.next];
    if (!job || asker.job) return;
    this.next += 1;
    asker.job = job;
    const { question, source, file, name, passwords, part } = job;
    asker.worker.postMessage({ type: "pass", pass: { question, source, file, name, passwords, part } });
  }

  /** @param {Asker} asker @param {FromWorker} message */
  hear(asker, message) {
    const { job } = asker;
    if (message.type === "crashed") this.lost(asker, message.message);
    if (!job) return;
    if (message.type === "passing") {
      job.bytes = message.bytes;
      this.tell();
    } else if (message.type === "passed") {
      if (message.hostLives > 0) this.holdHost.add(job.target);
      this.contexts.found(this.number, message.found);
      this.done(asker);
    } else if (message.type === "pass_failed") {
      this.fail(job.name, message.message);
      this.done(asker);
    }
  }

  /** Its core is lost, and with it what it was at. @param {Asker} asker @param {string} message */
  lost(asker, message) {
    asker.worker.terminate();
    this.askers = this.askers.filter((other) => other !== asker);
    if (asker.job) this.fail(asker.job.name, message);
    if (this.next < this.jobs.length) this.hire();
    this.done(asker);
    for (const other of this.askers) this.deal(other);
  }

  /** @param {string} name of a file @param {string} reason */
  fail(name, reason) {
    this.contexts.ask("context_failed", { run: this.number, name, reason }).catch(() => {});
  }

  /** @param {Asker} asker */
  done(asker) {
    if (!asker.job) return;
    asker.job.bytes = asker.job.size;
    asker.job = null;
    this.left -= 1;
    this.tell();
    if (this.left === 0) this.over();
    else if (this.askers.includes(asker)) this.deal(asker);
  }

  tell() {
    const sum = (/** @type {"size" | "bytes"} */ what) => this.jobs.reduce((all, job) => all + Math.min(job[what], job.size), 0);
    this.onProgress({ round: this.round, bytes: sum("bytes"), size: sum("size") });
  }

  stop() {
    this.stopped = true;
    this.halt();
    if (!this.isFound) this.contexts.ask("context_left", { run: this.number }).catch(() => {});
    this.end();
    this.over();
  }

  end() {
    for (const { worker } of this.askers) worker.terminate();
    this.askers = [];
  }
}
