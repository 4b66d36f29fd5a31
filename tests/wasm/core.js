// The built core in Node, for `tests/wasm.rs`: `node core.js FOLDER`, where FOLDER holds what wasm-bindgen wrote.
//
// Asked on standard input: the length of a log and the size of the pieces in which it is pushed, each as four bytes, low
// ones first; the log. Answered on standard output: the length of a text in the same way; the text, as JSON:
// `{exports: {json, csv, markdown, html}, context}`, where the context is that of the first row, if there is one.

import { readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node core.js FOLDER");
vm.runInThisContext(`${readFileSync(join(folder, "sysmon_triage.js"), "utf8")}\nglobalThis.core = wasm_bindgen;`);
const { core } = globalThis;
core.initSync({ module: readFileSync(join(folder, "sysmon_triage_bg.wasm")) });

/** So long is the time around a match that its context tells, as in `fuzz/oracles.rs`. */
const MINUTES = 5;

/** Pushes what a reader wants, in pieces. */
function feed(reader, log, piece) {
  for (let at; (at = reader.want_offset()) >= 0; ) {
    const bytes = log.subarray(at, at + Math.min(reader.want_length(), piece));
    if (bytes.length === 0) break;
    reader.push(bytes);
  }
  return reader;
}

const exported = (session, format) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(session.export(format));

function answer(log, piece) {
  const session = new core.Session();
  session.add_source("fuzz", log.length);
  session.absorb(feed(new core.Scan(0, "fuzz", log.length, false), log, piece).finish());
  const exports = Object.fromEntries(["json", "csv", "markdown", "html"].map((format) => [format, exported(session, format)]));
  return { exports, context: contextOf(session, log, piece) };
}

/** The context of the first row's first event. Null: there is none, or the event can't be read again. */
function contextOf(session, log, piece) {
  if (JSON.parse(exported(session, "json")).groups.length === 0) return null;
  let context;
  try {
    context = feed(session.recall(0, session.matches(0, 0, 1)[0].at), log, log.length).context(MINUTES);
  } catch (error) {
    // A trap is no refusal.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return null;
  }
  do {
    context.absorb(feed(new core.Pass(context.question(), 0, "fuzz", log.length), log, piece).finish());
  } while (context.next_round());
  return context.answer(session);
}

/** @returns {Buffer | null} null: nothing more is asked */
function read(length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = readSync(0, bytes, at, length - at, null);
    if (count === 0) return null;
    at += count;
  }
  return bytes;
}

function write(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

for (let head; (head = read(8)); ) {
  const log = read(head.readUInt32LE(0));
  const text = Buffer.from(JSON.stringify(answer(new Uint8Array(log), head.readUInt32LE(4))));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  write(length);
  write(text);
}
