// The messages between the page and its workers. One lead worker keeps the session; scan workers read
// files and send what they found as bytes; a hash worker computes SHA-256 when the result stands.

/**
 * Sentences that end up in a report; the page's words, as all others.
 * @typedef {{ stalled: string, shorter: string, closed: string }} WorkerWords
 *
 * A file to read. `unread`: cancelled before its turn, which the session and every export should know.
 * @typedef {{ source: number, file: File, name: string, unread: boolean }} Scan
 *
 * To a worker.
 * @typedef {(
 *   | { type: "start", role: "lead" | "scan" | "hash", module: WebAssembly.Module, words: WorkerWords }
 *   | { type: "add", inputs: { name: string, size: number }[] }
 *   | { type: "absorb", bytes: ArrayBuffer, source: number }
 *   | { type: "broke", source: number, reason: string }
 *   | { type: "sha256", source: number, hex: string }
 *   | { type: "ask", ask: number, method: string, args: unknown }
 *   | ({ type: "scan" } & Scan)
 *   | { type: "cancel" }
 *   | { type: "hash", source: number, file: File }
 * )} ToWorker
 *
 * From a worker.
 * @typedef {(
 *   | { type: "ready" }
 *   | { type: "summary", summary: Core.Summary }
 *   | { type: "answer", ask: number, value: unknown }
 *   | { type: "refusal", ask: number, message: string }
 *   | { type: "found", source: number, progress: Core.Progress, bytes: ArrayBuffer | null }
 *   | { type: "ended", source: number, progress: Core.Progress, bytes: ArrayBuffer, cancelled: boolean }
 *   | { type: "hashed", source: number, hex: string }
 *   | { type: "hash_failed", source: number }
 *   | { type: "crashed", source: number | null, message: string }
 * )} FromWorker
 */

/** How often a scan worker reports: the bar moves smoothly and the page stays free. */
export const PROGRESS_MS = 100;
/** How often it hands over what it found, after a first time at once. */
export const TAKE_MS = 250;
/** A read that gave nothing for so long is started again from its offset: blob streams stall now and then. */
export const STALL_MS = 8000;
/** So many times; then the file counts as unreadable. */
export const STALL_RETRIES = 3;
/** Pieces of compressed input: small, as each may unfold a thousandfold before the next look at "cancel". */
export const PACKED_PIECE = 256 * 1024;
export const PLAIN_PIECE = 4 * 1024 * 1024;

/** @param {string | null} format */
export function pieceSize(format) {
  return format === "evtx" || format === "xml" || format === "json" || format === "csv" ? PLAIN_PIECE : PACKED_PIECE;
}
