// The lead worker: keeps the session, and answers what the page asks of it.

import { FIRST_VIEW } from "../state/initial.js";
import { CONTEXT_ANSWERS } from "./asked.js";
import { grainBytes, joined } from "./plan.js";
import { EAGER_MS, FIRST_SUMMARY_MS, SUMMARY_MS } from "./protocol.js";
import { readAll } from "./reader.js";
import { sentence } from "./sentence.js";
import { guarded, isTrap, post } from "./talk.js";

/** @typedef {import("./protocol.js").ToWorker} ToWorker */

/** By its first bytes a file's format is known, and with it how it can be cut. */
const HEAD_BYTES = 16 * 1024;
/** So many rows go with the word of the first of all: more than a screen shows. */
const FIRST_ROWS = 120;

export class Lead {
  /** @param {import("./protocol.js").WorkerWords} words */
  constructor(words) {
    this.words = words;
    this.session = new wasm_bindgen.Session();
    this.sorted = "";
    this.stale = true;
    /** @type {Core.Size} */
    this.size = { rows: 0, groups: 0, events: 0 };
    /** The context that is being gathered; of one whose event is still looked for there is nothing yet. @type {{ run: number, gathering: Core.Gathering | null } | null} */
    this.context = null;
    this.timer = 0;
    this.told = 0;
    /** When inputs came last: the first rows are waited for. */
    this.began = 0;
    /** The first of all are told of at once. */
    this.awaited = true;
    this.cost = 0;
  }

  /** @param {ToWorker} message */
  hear(message) {
    switch (message.type) {
      case "warm":
        return guarded({}, () => warm(message.samples));
      case "add":
        return this.change({}, () => {
          this.began = performance.now();
          for (const { name, size, volumes } of message.inputs) {
            if (volumes.length > 0) this.session.add_joined(name, volumes);
            else this.session.add_source(name, size);
          }
        });
      case "absorb":
        return this.change(message, () => {
          this.session.absorb(new Uint8Array(message.found));
          this.stale = true;
        });
      case "failed":
        return this.change(message, () => this.session.reading_failed(message.source, message.bytes, message.reason, message.crashed));
      case "stopped":
        return this.change(message, () => this.session.reading_stopped(message.source, message.bytes));
      case "sha256":
        return this.change(message, () => this.session.set_sha256(message.source, message.hex));
      case "context_found":
        return guarded({}, () => {
          if (this.context?.run === message.run) this.context.gathering?.absorb(new Uint8Array(message.found));
        });
      case "ask":
        return this.answer(message);
      default:
        return undefined;
    }
  }

  /** @param {{ source?: number }} at @param {() => void} work */
  change({ source }, work) {
    return guarded({ source }, () => {
      work();
      this.tellSoon();
    });
  }

  /** Not after every piece: at most a fifth of the time goes into telling. */
  tellSoon() {
    const first = this.awaited && this.session.has_match();
    if (this.timer && !first) return;
    clearTimeout(this.timer);
    if (first) this.awaited = false;
    const now = performance.now();
    const pace = now - this.began < EAGER_MS ? FIRST_SUMMARY_MS : SUMMARY_MS;
    const wait = first ? 0 : Math.max(pace, this.cost * 5) - (now - this.told);
    this.timer = Number(setTimeout(() => guarded({}, () => this.tell(first)), Math.max(0, wait)));
  }

  /** @param {boolean} first whether there are rows for the first time: they go with it, as whoever is told asks for them next */
  tell(first) {
    const summary = this.news();
    post({ type: "summary", summary, ...(first ? { window: rows(this, { view: FIRST_VIEW, from: 0, to: FIRST_ROWS }) } : {}) });
  }

  /** What has changed since it was last told. */
  news() {
    const before = performance.now();
    clearTimeout(this.timer);
    this.timer = 0;
    const summary = this.session.summary();
    this.told = performance.now();
    this.cost = this.told - before;
    return summary;
  }

  /** @param {Extract<ToWorker, { type: "ask" }>} message */
  async answer({ ask, method, args }) {
    try {
      const work = ANSWERS[method];
      if (!work) throw new TypeError(method);
      const value = await work(this, args);
      // In one message, so that the funnel and the verdict change in the same frame as the table, not before it.
      post({ type: "answer", ask, value, ...(CHANGES.has(method) ? { summary: this.news() } : {}) });
    } catch (error) {
      if (isTrap(error)) post({ type: "crashed", message: sentence(error) });
      else post({ type: "refusal", ask, message: sentence(error) });
    }
  }
}

/** @type {Record<string, (lead: Lead, args: any) => unknown>} */
const ANSWERS = {
  rule: ({ session }) => session.rule(),
  rule_forms: ({ session }) => session.rule_forms(),
  summary: (lead) => lead.tell(false),
  joined: (_, files) => wasm_bindgen.joined(files),
  plan,
  misfit: restartMisfit,
  window: rows,
  matches: ({ session }, { group, from, to }) => session.matches(group, from, to),
  listed,
  evidence: (lead, { group, at, file, passwords }) => readAgain(lead, lead.session.recall(group, at), file, passwords),
  event_at: (lead, { at, file, passwords }) => readAgain(lead, lead.session.recall_at(at), file, passwords),
  export: ({ session }, { format, options }) => ({ content: new Blob([session.export(format, { ...options, ...making() })]), neutralised: session.neutralised() }),
  paper,
  tuning: ({ session }) => session.tuning(),
  tune,
  remove,
  hints: ({ session }, { view }) => session.hints(view),
  timeline: ({ session }, { buckets, view }) => session.timeline(buckets, view),
  ...CONTEXT_ANSWERS,
};

/** Those that change the result: what it is now goes with their answer. */
const CHANGES = new Set(["tune", "remove"]);

/** What a report says of its making: which page did it, and when. */
const making = () => ({ build: `page ${__BUILD__}`, made: new Date().toISOString() });

/**
 * The report for paper: what the JSON export holds, and the note, defanged if wanted.
 * @param {Lead} lead @param {{ defang: boolean, note: string }} args
 */
function paper({ session, words }, { defang, note }) {
  const clean = (/** @type {unknown} */ value) => (defang && typeof value === "string" ? wasm_bindgen.defang(value) : value);
  const json = session.export("json", making());
  let text;
  try {
    text = new TextDecoder().decode(json);
  } catch {
    // A browser's strings are shorter than a core's memory; the core is sound.
    throw new Error(words.unprintable);
  }
  return { ...JSON.parse(text, (_, value) => clean(value)), note: clean(note) };
}

/** Hides other rows than before. @param {Lead} lead @param {{ json: string }} args */
function tune(lead, { json }) {
  const tuning = lead.session.tune(json);
  lead.stale = true;
  return tuning;
}

/**
 * The first events of a group, and how many it has, also where they are more than are listed.
 * @param {Lead} lead @param {{ group: number, most: number }} args
 * @returns {App.Listed}
 */
function listed({ session }, { group, most }) {
  const matches = session.matches(group, 0, most);
  return { matches, count: matches.length < most ? matches.length : session.match_count(group) };
}

/**
 * Takes an input out of the result.
 * @param {Lead} lead @param {{ source: number }} args
 * @returns {number[]} those that were taken out with it and are to be read anew
 */
function remove(lead, { source }) {
  lead.stale = true;
  return [...lead.session.remove(source)];
}

/**
 * The parts in which a file can be read; none: only at a stretch.
 * @param {Lead} lead @param {{ file: App.Log, scanners: number }} args
 * @returns {Promise<import("./protocol.js").Part[]>}
 */
async function plan({ words }, { file, scanners }) {
  const head = await readHead(file, words.stalled);
  const plan = new wasm_bindgen.Plan(new Uint8Array(head), file.size, grainBytes(file.size));
  await readAll(plan, file, words.stalled);
  const packed = plan.is_packed();
  const starts = joined(plan.starts(), file.size, scanners);
  return starts.map((start, index) => ({ head, start, end: starts[index + 1] ?? file.size, packed }));
}

/** The first bytes of a file. @param {App.Log} file @param {string} stalled */
async function readHead(file, stalled) {
  const head = new Uint8Array(Math.min(HEAD_BYTES, file.size));
  let used = 0;
  await readAll({
    want_offset: () => (used < head.length ? used : -1),
    want_length: () => head.length - used,
    push(bytes) {
      head.set(bytes, used);
      used += bytes.length;
    },
  }, file, stalled);
  return head.buffer.slice(0, used);
}

/**
 * True when what the parts of a file gave is forgotten: they do not fit together, or some of it came twice.
 * @param {Lead} lead @param {{ source: number, spoilt: boolean }} args
 */
function restartMisfit(lead, { source, spoilt }) {
  const misfit = spoilt || lead.session.is_misfit(source);
  if (misfit) lead.change({ source }, () => lead.session.restart(source));
  lead.stale ||= misfit;
  return misfit;
}

/**
 * Does once what will be done with the first rows: a browser makes code of the core when it is called first.
 * @param {Uint8Array[]} samples
 */
function warm(samples) {
  const session = new wasm_bindgen.Session();
  for (const bytes of samples) {
    const scan = new wasm_bindgen.Scan(session.add_source("", bytes.length), "", bytes.length, false);
    for (let at; (at = scan.want_offset()) >= 0; ) scan.push(bytes.subarray(at, at + scan.want_length()));
    session.absorb(scan.finish());
  }
  session.summary();
  session.view(FIRST_VIEW);
  session.rows(0, FIRST_ROWS);
  session.free();
}

/** @param {Lead} lead @param {{ view: Core.Query, from: number, to: number }} args */
function rows(lead, { view, from, to }) {
  const { session } = lead;
  const wanted = JSON.stringify(view);
  // Sorting and searching again is only needed when the order or the rows changed.
  if (lead.stale || wanted !== lead.sorted) lead.size = session.view(view);
  lead.sorted = wanted;
  lead.stale = false;
  return { ...lead.size, from, items: session.rows(from, Math.min(to, lead.size.rows)) };
}

/** @param {Lead} lead @param {Core.Recall} recall @param {App.Log | undefined} file @param {string} passwords */
async function readAgain({ words }, recall, file, passwords) {
  if (!file) throw new Error(words.closed);
  recall.set_passwords(passwords);
  await readAll(recall, file, words.stalled);
  return recall.finish();
}
