// Inside a worker: the only code that calls the core. What role it plays, its first message says.

import { PROGRESS_MS, TAKE_MS, pieceSize } from "./protocol.js";
import { Reader } from "./reader.js";

/** @typedef {import("./protocol.js").ToWorker} ToWorker */
/** @typedef {import("./protocol.js").FromWorker} FromWorker */

const scope = /** @type {{ postMessage(message: FromWorker, transfer?: Transferable[]): void, onmessage: unknown }} */ (
  /** @type {unknown} */ (self)
);

/** @param {FromWorker} message @param {Transferable[]} [transfer] */
const post = (message, transfer) => scope.postMessage(message, transfer ?? []);

/** A buffer of its own, to be transferred. @param {Uint8Array} bytes @returns {ArrayBuffer} */
function owned(bytes) {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return /** @type {ArrayBuffer} */ (whole ? bytes.buffer : bytes.slice().buffer);
}

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** After a trap the instance is poisoned; an error of the core's own is a plain one. @param {unknown} error */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

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

/** What the page has this worker say. @type {import("./protocol.js").WorkerWords} */
let words = { stalled: "", shorter: "", closed: "" };

// --- scan: reads one file at a time ---------------------------------------------------------------

let cancelled = false;

/** @param {Extract<ToWorker, { type: "scan" }>} job */
async function scanFile({ source, file, name, unread }) {
  const scan = new wasm_bindgen.Scan(source, name, file.size);
  const reader = new Reader(file, words.stalled);
  let reported = performance.now();
  let taken = 0;
  let rested = reported;
  let failure = null;
  try {
    if (!unread) {
      let format = scan.progress().format;
      for (let want; !cancelled && (want = scan.want()); ) {
        let bytes;
        try {
          bytes = await reader.next(want.offset, want.length, pieceSize(format));
        } catch (error) {
          failure = sentence(error);
          break;
        }
        if (bytes === null) {
          failure = words.shorter;
          break;
        }
        scan.push(bytes);
        const now = performance.now();
        if (now - reported >= PROGRESS_MS) {
          const progress = scan.progress();
          format = progress.format;
          const news = now - taken >= TAKE_MS ? owned(scan.take()) : null;
          if (news) taken = now;
          reported = now;
          post({ type: "found", source, progress, bytes: news }, news ? [news] : []);
        } else if (format === null) {
          format = scan.progress().format;
        }
        if (now - rested >= 40) {
          await turn();
          rested = performance.now();
        }
      }
    }
    const progress = scan.progress();
    const early = cancelled || unread;
    const last = owned(failure !== null ? scan.read_failed(failure) : early ? scan.cancel() : scan.finish());
    post({ type: "ended", source, progress, bytes: last, cancelled: early }, [last]);
  } finally {
    reader.close();
  }
}

// --- lead: keeps the session ----------------------------------------------------------------------

/** @type {Core.Session | undefined} */
let session;
let sorted = "";
let stale = true;
let size = { rows: 0, groups: 0 };
let summaryTimer = 0;
let summaryCost = 0;

/** Not after every piece: at most a fifth of the time goes into telling. */
function tellSoon() {
  if (summaryTimer) return;
  summaryTimer = Number(setTimeout(() => {
    summaryTimer = 0;
    guarded(null, () => {
      const before = performance.now();
      if (session) post({ type: "summary", summary: session.summary() });
      summaryCost = performance.now() - before;
    });
  }, Math.max(30, summaryCost * 5)));
}

/** @type {Record<string, (session: Core.Session, args: any) => unknown>} */
const answers = {
  rule: (core) => core.rule(),
  summary: (core) => core.summary(),
  window(core, { view, from, to }) {
    const wanted = JSON.stringify(view);
    // Sorting and searching again is only needed when the order or the rows changed.
    if (stale || wanted !== sorted) size = core.view(view);
    sorted = wanted;
    stale = false;
    const items = core.rows(from, Math.min(to, size.rows));
    return { ...size, from, items };
  },
  matches: (core, { group, from, to }) => core.matches(group, from, to),
  source: (core, { group, index }) => core.recall(group, index).source(),
  evidence: (core, { group, index, file }) => readAgain(core, group, index, file),
  export: (core, { format }) => ({ content: core.export(format), neutralised: format === "csv" ? core.neutralised() : 0 }),
};

/** @param {Core.Session} core @param {number} group @param {number} index @param {File | undefined} file */
async function readAgain(core, group, index, file) {
  const recall = core.recall(group, index);
  if (!file) throw new Error(words.closed);
  const reader = new Reader(file, words.stalled);
  try {
    for (let want; (want = recall.want()); ) {
      const bytes = await reader.next(want.offset, want.length, 1024 * 1024);
      if (bytes === null) break;
      recall.push(bytes);
    }
    return recall.finish();
  } finally {
    reader.close();
  }
}

// --- hash: after the result, never in its way -----------------------------------------------------

/** One file after another. @type {Promise<void>} */
let hashing = Promise.resolve();

/** @param {Extract<ToWorker, { type: "hash" }>} job */
async function hashFile({ source, file }) {
  const hasher = new wasm_bindgen.Hasher();
  const reader = new Reader(file, words.stalled);
  try {
    for (let at = 0; at < file.size; ) {
      const bytes = await reader.next(at, file.size - at, 4 * 1024 * 1024);
      if (bytes === null) throw new Error(words.shorter);
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

// --- messages -------------------------------------------------------------------------------------

/** @param {number | null} source @param {() => unknown} work */
async function guarded(source, work) {
  try {
    await work();
  } catch (error) {
    post({ type: "crashed", source, message: sentence(error) });
  }
}

/** @param {Extract<ToWorker, { type: "ask" }>} message */
async function answer({ ask, method, args }) {
  try {
    const work = answers[method];
    if (!session || !work) throw new TypeError(method);
    post({ type: "answer", ask, value: await work(session, args) });
  } catch (error) {
    if (isTrap(error)) post({ type: "crashed", source: null, message: sentence(error) });
    else post({ type: "refusal", ask, message: sentence(error) });
  }
}

/** What arrives before the core is ready waits for it. @type {Promise<void>} */
let ready = Promise.resolve();

scope.onmessage = (/** @type {MessageEvent<ToWorker>} */ { data: message }) => {
  if (message.type === "start") {
    words = message.words;
    ready = guarded(null, async () => {
      await wasm_bindgen({ module_or_path: message.module });
      if (message.role === "lead") session = new wasm_bindgen.Session();
      post({ type: "ready" });
    });
  } else if (message.type === "cancel") {
    cancelled = true;
  } else {
    if (message.type === "scan") cancelled = false;
    ready.then(() => work(message));
  }
};

/** @param {ToWorker} message */
function work(message) {
  switch (message.type) {
    case "add":
      return guarded(null, () => {
        if (!session) return;
        for (const { name, size: length } of message.inputs) session.add_source(name, length);
        tellSoon();
      });
    case "absorb":
      return guarded(message.source, () => {
        session?.absorb(new Uint8Array(message.bytes));
        stale = true;
        tellSoon();
      });
    case "broke":
      return guarded(message.source, () => {
        session?.reading_broke(message.source, message.reason);
        tellSoon();
      });
    case "sha256":
      return guarded(message.source, () => {
        session?.set_sha256(message.source, message.hex);
        tellSoon();
      });
    case "ask":
      return answer(message);
    case "scan":
      return guarded(message.source, () => scanFile(message));
    case "hash":
      hashing = hashing.then(() => guarded(message.source, () => hashFile(message)));
      return hashing;
    default:
      return undefined;
  }
}
