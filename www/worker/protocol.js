// The messages between the page and its workers. One lead worker keeps the session; scan workers read
// files and send what they found as bytes; a hash worker computes SHA-256 when the result stands.

/**
 * Sentences that end up in a report; the page's words, as all others.
 * @typedef {{ stalled: string, shorter: string, closed: string, later: string, unprintable: string }} WorkerWords
 *
 * The bytes from `start` to `end` of a file, where the core cuts it. `head`: its first bytes, which tell how it is read.
 * `packed`: it unfolds to many times its size.
 * @typedef {{ head: ArrayBuffer, start: number, end: number, packed: boolean }} Part
 *
 * What a scan worker reads at a stretch: a file, or a part of one.
 * `passwords`: with what encrypted archives are tried, one on each line.
 * @typedef {{ id: number, source: number, file: App.Log, name: string, passwords: string, verify: boolean, part: Part | null }} Job
 *
 * What is put to a file, or to a part of one, for a context; `question` as the core packs it.
 * @typedef {{ question: ArrayBuffer, source: number, file: App.Log, name: string, passwords: string, part: Part | null }} Pass
 *
 * How far a job has come, what was found since the last report, and how it ended, if it has. `reason`: why it failed.
 * @typedef {"done" | "stopped" | "failed"} End
 * @typedef {{ job: number, progress: Core.Progress | null, found: ArrayBuffer | null, end: End | null, reason: string }} Report
 *
 * To a worker.
 * @typedef {(
 *   | { type: "start", role: "lead" | "scan" | "hash" | "ask", module: WebAssembly.Module, words: WorkerWords }
 *   | { type: "add", inputs: { name: string, size: number, volumes: Core.Volume[] }[] }
 *   | { type: "absorb", source: number, found: ArrayBuffer }
 *   | { type: "failed", source: number, bytes: number, reason: string, crashed: boolean }
 *   | { type: "stopped", source: number, bytes: number }
 *   | { type: "sha256", source: number, hex: string }
 *   | { type: "ask", ask: number, method: string, args: unknown }
 *   | { type: "scan", jobs: Job[] }
 *   | { type: "warm", samples: Uint8Array[] }
 *   | { type: "cancel" }
 *   | { type: "hash", source: number, file: App.Log }
 *   | { type: "forget", source: number }
 *   | { type: "pass", pass: Pass }
 *   | { type: "context_found", run: number, found: ArrayBuffer }
 * )} ToWorker
 *
 * From a worker. `summary`: with the first rows of all come those that a table begins with. `crashed`: its core is lost, and with it the source or the job that it was at.
 * @typedef {(
 *   | { type: "summary", summary: Core.News, window?: App.Window }
 *   | { type: "answer", ask: number, value: unknown, summary?: Core.News }
 *   | { type: "refusal", ask: number, message: string }
 *   | { type: "reports", reports: Report[] }
 *   | { type: "hashed", source: number, hex: string }
 *   | { type: "hash_failed", source: number }
 *   | { type: "passing", bytes: number }
 *   | { type: "passed", found: ArrayBuffer, hostLives: number }
 *   | { type: "pass_failed", message: string }
 *   | { type: "crashed", source?: number, job?: number, message: string }
 * )} FromWorker
 */

/** How long a scan worker reads samples before there is a log: what a processor does while someone looks for a file. */
export const WARM_MS = 200;
/** How often a scan worker reports: the bar moves smoothly and the page stays free. */
export const PROGRESS_MS = 200;
/** How soon it hands over what it found first, and how often after that. */
export const FIRST_MS = 50;
export const TAKE_MS = 400;
/** How often the session tells how it stands. */
export const SUMMARY_MS = 300;
/** And how often in the first moment, when someone waits for the first rows. */
export const FIRST_SUMMARY_MS = 75;
export const EAGER_MS = 600;
/** A read that gave nothing for so long is started again from its offset: blob streams stall now and then. */
export const STALL_MS = 8000;
/** So many times; then the file counts as unreadable. */
export const STALL_RETRIES = 3;
/** What the core takes at once: it fits a processor's cache, and compressed it may unfold a thousandfold before the next look at "cancel". */
export const PIECE = 256 * 1024;
