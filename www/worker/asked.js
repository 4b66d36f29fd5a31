// What the lead answers about contexts: it keeps the one that is being gathered.

import { readAll } from "./reader.js";

/** @typedef {import("./lead.js").Lead} Lead */

/** @param {Lead} lead @param {number} run @returns {Core.Gathering} */
function context({ context: kept }, run) {
  if (kept?.run !== run || !kept.gathering) throw new Error("Another context was asked for.");
  return kept.gathering;
}

/** @type {Record<string, (lead: Lead, args: any) => unknown>} */
export const CONTEXT_ANSWERS = {
  async context(lead, { run, group, at, minutes, file, passwords }) {
    const { session, words } = lead;
    const kept = { run, gathering: /** @type {Core.Gathering | null} */ (null) };
    lead.context = kept;
    const recall = session.recall(group, at);
    recall.set_passwords(passwords);
    if (!file) throw new Error(words.closed);
    // In an archive that takes a while. Meanwhile another one may be asked for, or none.
    const wanting = {
      want_offset: () => (lead.context === kept ? recall.want_offset() : -1),
      want_length: () => recall.want_length(),
      push: (/** @type {Uint8Array} */ bytes) => recall.push(bytes),
    };
    await readAll(wanting, file, words.stalled);
    if (lead.context === kept) kept.gathering = recall.context(minutes);
  },
  context_left(lead, { run }) {
    if (lead.context?.run === run) lead.context = null;
  },
  context_question(lead, { run, sources }) {
    const gathering = context(lead, run);
    return { question: gathering.question().slice().buffer, asks: sources.filter((/** @type {number} */ source) => gathering.asks(source)) };
  },
  context_next: (lead, { run }) => context(lead, run).next_round(),
  context_failed: (lead, { run, name, reason }) => context(lead, run).fail(name, reason),
  context_answer: (lead, { run }) => context(lead, run).answer(lead.session),
};
