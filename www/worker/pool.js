// The only code of the page that talks to workers: starts them, deals out files, cancels, and goes on
// when one dies. A scan worker that traps costs its file only; when the session itself is lost, all
// other files are read again.

/** @typedef {import("./protocol.js").ToWorker} ToWorker */
/** @typedef {import("./protocol.js").FromWorker} FromWorker */
/** @typedef {import("./protocol.js").Scan} Scan */

/**
 * What the pool tells the page.
 * @typedef {(
 *   | { type: "added", files: { source: number, name: string, size: number }[] }
 *   | { type: "file", source: number, patch: Partial<App.FileState> }
 *   | { type: "summary", summary: Core.Summary }
 *   | { type: "over" }
 *   | { type: "restarted" }
 *   | { type: "hash", sources: number[], state: App.FileState["hash"] }
 *   | { type: "fatal", message: string }
 * )} PoolEvent
 */

/** @typedef {{ worker: Worker, source: number | null, ended: boolean }} Scanner */
/** @typedef {{ file: File, name: string, state: "queued" | "reading" | "over", crashed: string | null, hash: App.FileState["hash"] }} Entry */

/** Two to three workers read as fast as a browser gives data. */
const MOST_SCANNERS = 3;
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
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Set<Scanner>} */
    this.scanners = new Set();
    /** @type {Scan[]} */
    this.queue = [];
    /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
    this.asks = new Map();
    this.lastAsk = 0;
    this.restarts = 0;
    this.over = true;
    /** @type {Worker | null} */
    this.hasher = null;
    this.lead = this.startLead();
  }

  // --- what the page calls ---

  /** @param {App.Input[]} inputs */
  add(inputs) {
    this.stopHashing();
    this.over = false;
    const files = inputs.map(({ file, name }) => {
      const source = this.entries.push({ file, name, state: "queued", crashed: null, hash: "none" }) - 1;
      this.queue.push({ source, file, name, unread: false });
      return { source, name, size: file.size };
    });
    this.listen({ type: "added", files });
    this.send(this.lead, { type: "add", inputs: inputs.map(nameAndSize) });
    this.deal();
  }

  /** Keeps what was found. The files that were not read whole are marked so. */
  cancel() {
    this.queue = this.queue.map((scan) => ({ ...scan, unread: true }));
    for (const scanner of this.scanners) {
      if (scanner.source === null) continue;
      const { source } = scanner;
      this.send(scanner.worker, { type: "cancel" });
      setTimeout(() => {
        if (scanner.source !== source || scanner.ended) return;
        this.endScanner(scanner);
        const entry = this.entries[source];
        if (entry) this.queue.unshift({ source, file: entry.file, name: entry.name, unread: true });
        this.deal();
      }, DEAF_MS);
    }
    this.deal();
  }

  /**
   * Asks the session something.
   * @param {string} method
   * @param {unknown} [args]
   * @returns {Promise<any>}
   */
  ask(method, args) {
    const ask = ++this.lastAsk;
    return new Promise((resolve, reject) => {
      this.asks.set(ask, { resolve, reject });
      this.send(this.lead, { type: "ask", ask, method, args });
    });
  }

  /**
   * One event of a group, read again from its file.
   * @param {number} group @param {number} index
   * @returns {Promise<Core.Evidence>}
   */
  async evidence(group, index) {
    const source = /** @type {number} */ (await this.ask("source", { group, index }));
    return this.ask("evidence", { group, index, file: this.entries[source]?.file });
  }

  close() {
    this.lead.terminate();
    this.stopHashing();
    for (const scanner of [...this.scanners]) this.endScanner(scanner);
    this.queue = [];
    this.listen = () => {};
  }

  // --- lead ---

  startLead() {
    const lead = this.spawn();
    lead.onmessage = ({ data }) => this.fromLead(lead, data);
    lead.onerror = (event) => this.leadDied(lead, null, event.message);
    this.send(lead, { type: "start", role: "lead", module: this.module, words: this.words });
    return lead;
  }

  /** @param {Worker} lead @param {FromWorker} message */
  fromLead(lead, message) {
    if (lead !== this.lead) return;
    switch (message.type) {
      case "summary":
        this.listen({ type: "summary", summary: message.summary });
        break;
      case "answer":
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

  /** @param {Worker} lead @param {number | null} source @param {string} message */
  leadDied(lead, source, message) {
    if (lead !== this.lead) return;
    lead.terminate();
    for (const { reject } of this.asks.values()) reject(new Error(message));
    this.asks.clear();
    if (++this.restarts > MOST_RESTARTS || this.entries.length === 0) {
      this.listen({ type: "fatal", message });
      this.close();
      return;
    }
    this.stopHashing();
    for (const scanner of [...this.scanners]) this.endScanner(scanner);
    this.lead = this.startLead();
    this.listen({ type: "restarted" });
    this.send(this.lead, { type: "add", inputs: this.entries.map(nameAndSize) });
    this.over = false;
    this.queue = [];
    this.entries.forEach((entry, index) => {
      entry.hash = "none";
      if (index === source) entry.crashed = message;
      if (entry.crashed !== null) {
        this.giveUp(index, entry.crashed);
        return;
      }
      entry.state = "queued";
      this.listen({ type: "file", source: index, patch: { status: "queued", bytes: 0, hash: "none" } });
      this.queue.push({ source: index, file: entry.file, name: entry.name, unread: false });
    });
    this.deal();
  }

  // --- scanners ---

  deal() {
    for (;;) {
      const scan = this.queue[0];
      if (!scan) break;
      let free = [...this.scanners].find((scanner) => scanner.source === null);
      if (!free) {
        if (this.scanners.size >= this.most) break;
        free = this.startScanner();
      }
      this.queue.shift();
      free.source = scan.source;
      free.ended = false;
      const entry = this.entries[scan.source];
      if (entry) entry.state = "reading";
      if (!scan.unread) this.listen({ type: "file", source: scan.source, patch: { status: "reading", startedAt: performance.now() } });
      this.send(free.worker, { type: "scan", ...scan });
    }
    if (!this.over && this.entries.every((entry) => entry.state === "over")) {
      this.over = true;
      for (const scanner of [...this.scanners]) this.endScanner(scanner);
      this.settle(this.lead);
    }
  }

  /** Over is when the session has taken in the last of it. @param {Worker} lead */
  async settle(lead) {
    try {
      const summary = await this.ask("summary");
      if (lead !== this.lead || !this.over) return;
      this.listen({ type: "summary", summary });
      this.listen({ type: "over" });
      this.hash();
    } catch {
      // The lead died, and whoever started it again reads all files anew.
    }
  }

  startScanner() {
    /** @type {Scanner} */
    const scanner = { worker: this.spawn(), source: null, ended: true };
    scanner.worker.onmessage = ({ data }) => this.fromScanner(scanner, data);
    scanner.worker.onerror = (event) => this.scannerDied(scanner, event.message);
    this.send(scanner.worker, { type: "start", role: "scan", module: this.module, words: this.words });
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

  /** @param {Scanner} scanner @param {FromWorker} message */
  fromScanner(scanner, message) {
    switch (message.type) {
      case "found":
        this.listen({ type: "file", source: message.source, patch: counts(message.progress) });
        if (message.bytes) this.absorb(message.source, message.bytes);
        break;
      case "ended": {
        this.absorb(message.source, message.bytes);
        const entry = this.entries[message.source];
        scanner.ended = true;
        scanner.source = null;
        if (!entry) break;
        entry.state = "over";
        const status = message.cancelled ? "cancelled" : "done";
        this.listen({ type: "file", source: message.source, patch: { ...counts(message.progress), status, endedAt: performance.now() } });
        this.deal();
        break;
      }
      case "crashed":
        this.scannerDied(scanner, message.message);
        break;
      default:
    }
  }

  /** @param {Scanner} scanner @param {string} message */
  scannerDied(scanner, message) {
    const { source } = scanner;
    this.endScanner(scanner);
    if (source === null) {
      // It died before it had a file: no second try would end otherwise.
      this.listen({ type: "fatal", message });
      return;
    }
    this.giveUp(source, message);
    this.deal();
  }

  /** A file that broke its reader: what was found in it stays, and the report says so. @param {number} source @param {string} message */
  giveUp(source, message) {
    const entry = this.entries[source];
    if (!entry) return;
    entry.crashed = message;
    entry.state = "over";
    this.send(this.lead, { type: "broke", source, reason: this.broke(message) });
    this.listen({ type: "file", source, patch: { status: "crashed", crash: message, hash: entry.hash, endedAt: performance.now() } });
  }

  /** @param {number} source @param {ArrayBuffer} bytes */
  absorb(source, bytes) {
    this.lead.postMessage(/** @type {ToWorker} */ ({ type: "absorb", source, bytes }), [bytes]);
  }

  // --- hashes ---

  hash() {
    if (!this.entries.some(({ hash }) => hash === "none")) return;
    const hasher = this.spawn();
    this.hasher = hasher;
    this.send(hasher, { type: "start", role: "hash", module: this.module, words: this.words });
    const sources = this.sources("none");
    let waiting = sources.length;
    this.setHash(sources, "pending");
    this.entries.forEach(({ file, hash }, source) => {
      if (hash === "pending") this.send(hasher, { type: "hash", source, file });
    });
    // The files are hashed one after another by the worker's own order of messages.
    hasher.onmessage = (/** @type {MessageEvent<FromWorker>} */ { data: message }) => {
      if (message.type === "hashed") {
        this.send(this.lead, { type: "sha256", source: message.source, hex: message.hex });
        this.setHash([message.source], "done");
      } else if (message.type === "hash_failed") {
        this.setHash([message.source], "failed");
      } else if (message.type === "crashed") {
        this.stopHashing("failed");
        return;
      } else return;
      if (--waiting === 0) this.stopHashing();
    };
    hasher.onerror = () => this.stopHashing("failed");
  }

  /** @param {"none" | "failed"} [left] what becomes of those that were not done */
  stopHashing(left = "none") {
    this.hasher?.terminate();
    this.hasher = null;
    this.setHash(this.sources("pending"), left);
  }

  /** @param {App.FileState["hash"]} state */
  sources(state) {
    return this.entries.flatMap(({ hash }, source) => (hash === state ? [source] : []));
  }

  /** @param {number[]} sources @param {App.FileState["hash"]} state */
  setHash(sources, state) {
    if (sources.length === 0) return;
    for (const source of sources) {
      const entry = this.entries[source];
      if (entry) entry.hash = state;
    }
    this.listen({ type: "hash", sources, state });
  }

  /** @param {Worker} worker @param {ToWorker} message */
  send(worker, message) {
    worker.postMessage(message);
  }
}

/** @param {Core.Progress} progress @returns {Partial<App.FileState>} */
function counts({ bytes, format, records, process_creations, matches, unreadable, problems }) {
  return { bytes, format, records, process_creations, matches, unreadable, problems };
}

/** Thousands of file handles are not sent where a name is enough. @param {{ file: File, name: string }} input */
function nameAndSize({ file, name }) {
  return { name, size: file.size };
}
