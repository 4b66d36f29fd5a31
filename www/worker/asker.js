// A worker that puts the questions of a context to files and parts of files. It is ended from outside: what it
// was at is then lost, and nothing else.

import { PIECE, PROGRESS_MS } from "./protocol.js";
import { Reader } from "./reader.js";
import { sentence } from "./sentence.js";
import { guarded, isTrap, owned, post } from "./talk.js";

/** @typedef {import("./protocol.js").Pass} Pass */

/** @param {Pass} job @returns {Core.Pass} */
function passOf({ question, source, file, name, passwords, part }) {
  const packed = new Uint8Array(question);
  const pass = part
    ? wasm_bindgen.Pass.of_part(packed, source, name, file.size, new Uint8Array(part.head), part.start, part.end)
    : new wasm_bindgen.Pass(packed, source, name, file.size);
  pass.set_passwords(passwords);
  return pass;
}

export class Asker {
  /** @param {import("./protocol.js").WorkerWords} words */
  constructor(words) {
    this.words = words;
  }

  /** @param {import("./protocol.js").ToWorker} message */
  hear(message) {
    if (message.type === "pass") return guarded({}, () => this.ask(message.pass));
    return undefined;
  }

  /** @param {Pass} job */
  async ask(job) {
    const reader = new Reader(job.file, this.words.stalled);
    try {
      const pass = passOf(job);
      let bytes = 0;
      let told = performance.now();
      for (let at; (at = pass.want_offset()) >= 0; ) {
        const piece = await reader.next(at, pass.want_length(), PIECE);
        if (piece === null) throw new Error(this.words.shorter);
        bytes += piece.length;
        pass.push(piece);
        if (performance.now() - told < PROGRESS_MS) continue;
        told = performance.now();
        post({ type: "passing", bytes });
      }
      const hostLives = pass.host_lives();
      const found = owned(pass.finish());
      post({ type: "passed", found, hostLives }, [found]);
    } catch (error) {
      if (isTrap(error)) throw error;
      post({ type: "pass_failed", message: sentence(error) });
    } finally {
      reader.close();
    }
  }
}
