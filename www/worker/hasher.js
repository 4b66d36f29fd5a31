// The hash worker: SHA-256 of one file after another, after the result and never in its way.

import { PIECE } from "./protocol.js";
import { Reader } from "./reader.js";
import { guarded, isTrap, post } from "./talk.js";

export class Hasher {
  /** @param {import("./protocol.js").WorkerWords} words */
  constructor(words) {
    this.words = words;
    this.work = Promise.resolve();
    /** Those that nobody wants the hash of any more. @type {Set<number>} */
    this.forgotten = new Set();
  }

  /** @param {import("./protocol.js").ToWorker} message */
  hear(message) {
    if (message.type === "forget") this.forgotten.add(message.source);
    if (message.type !== "hash") return;
    const { source, file } = message;
    this.work = this.work.then(() => guarded({ source }, () => this.hash(source, file)));
  }

  /** @param {number} source @param {App.Log} file */
  async hash(source, file) {
    const hasher = new wasm_bindgen.Hasher();
    const reader = new Reader(file, this.words.stalled);
    try {
      for (let at = 0; at < file.size; ) {
        if (this.forgotten.has(source)) return;
        const bytes = await reader.next(at, file.size - at, PIECE);
        if (bytes === null) throw new Error(this.words.shorter);
        hasher.push(bytes);
        at += bytes.length;
      }
      post({ type: "hashed", source, hex: hasher.finish() });
    } catch (error) {
      if (isTrap(error)) throw error;
      post({ type: "hash_failed", source });
    } finally {
      reader.close();
    }
  }
}
