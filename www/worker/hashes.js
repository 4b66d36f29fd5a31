// SHA-256 of the files once the result stands: one worker, one file after another, and gone as soon as there is
// something to read.

/** @typedef {import("./protocol.js").FromWorker} FromWorker */
/** @typedef {import("./entry.js").Entry} Entry */

export class Hashes {
  /**
   * @param {{ start: () => Worker, changed: (sources: number[], state: App.FileState["hash"]) => void,
   *   known: (source: number, hex: string) => void }} setup
   */
  constructor({ start, changed, known }) {
    this.start = start;
    this.changed = changed;
    this.known = known;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Entry[]} */
    this.entries = [];
  }

  /** @param {Entry[]} entries */
  go(entries) {
    this.entries = entries;
    const sources = this.sources("none");
    if (sources.length === 0) return;
    this.worker = this.start();
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = () => this.stop("failed");
    this.set(sources, "pending");
    for (const source of sources) this.worker.postMessage({ type: "hash", source, file: entries[source]?.file });
  }

  /** @param {FromWorker} message */
  hear(message) {
    if (message.type === "crashed") this.stop("failed");
    else if (message.type === "hash_failed") this.set([message.source], "failed");
    else if (message.type === "hashed") {
      // It was taken out while this was on its way.
      if (this.entries[message.source]?.hash !== "pending") return;
      this.known(message.source, message.hex);
      this.set([message.source], "done");
    } else return;
    if (this.sources("pending").length === 0) this.stop();
  }

  /** Nobody wants the hash of a file any more. @param {number} source */
  forget(source) {
    this.worker?.postMessage({ type: "forget", source });
    if (this.sources("pending").length === 0) this.stop();
  }

  /** @param {"none" | "failed"} [left] what becomes of those that were not done */
  stop(left = "none") {
    this.worker?.terminate();
    this.worker = null;
    this.set(this.sources("pending"), left);
  }

  /** @param {App.FileState["hash"]} state */
  sources(state) {
    return this.entries.flatMap(({ hash }, source) => (hash === state ? [source] : []));
  }

  /** @param {number[]} sources @param {App.FileState["hash"]} state */
  set(sources, state) {
    for (const source of sources) {
      const entry = this.entries[source];
      if (entry) entry.hash = state;
    }
    if (sources.length > 0) this.changed(sources, state);
  }
}
