// Which of the files that were opened are read, and what is taken out of the result again.

import { haveSameBytes } from "../input/same.js";
import { asVolume, joinVolumes, mayHoldVolumes, piecesOf } from "../input/volumes.js";
import { freshInputs, hasFailed, isInParts, namedApart, present } from "../state/files.js";
import { en } from "../text/en.js";
import { SOON_MS, sentence } from "./page.js";

/** @typedef {import("../worker/pool.js").Pool} Pool */

/** @param {import("./page.js").Page} page */
export function createReading(page) {
  const { store } = page;

  /** Readings wait for each other: which files are new depends on those before. @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @param {App.Input[]} incoming */
  function read(incoming) {
    const { pool } = page;
    if (pool) last = last.then(() => readNew(pool, incoming)).catch((error) => { if (pool === page.pool) page.say(en.say.readFailed(sentence(error)), "error"); });
  }

  /** @param {Pool} pool @param {App.Input[]} incoming */
  async function readNew(pool, incoming) {
    const fresh = await sortOut(pool, await withVolumesJoined(pool, incoming));
    if (fresh.length === 0 || pool !== page.pool) return;
    // Not all at once: an engine takes some hundred thousand arguments at most.
    for (const input of fresh) page.inputs.push(input);
    // A result is verified as a whole: what is added to it is read as it was.
    const { phase, verify, verified, startedAt } = store.get();
    const now = phase === "empty" ? verify : verified;
    // What comes while others are read is read along with them.
    const since = phase === "reading" ? startedAt : performance.now();
    store.set({ phase: "reading", startedAt: since, endedAt: null, cancelled: false, verified: now });
    const names = namedApart(present(store.get().files).map(({ name }) => name), fresh.map(({ name }) => name));
    const passwords = page.passwords.join("\n");
    pool.add(fresh.map((input, index) => ({ ...input, name: names[index] ?? input.name, passwords })), now);
  }

  /** @param {Pool} pool @param {App.Input[]} incoming */
  async function withVolumesJoined(pool, incoming) {
    if (!mayHoldVolumes(incoming)) return incoming;
    return joinVolumes(incoming, await pool.ask("joined", await Promise.all(incoming.map(asVolume))));
  }

  /** Whether reading it was stopped, failed, or broke down. @param {App.Input} input */
  function isInPart(input) {
    const { files, summary } = store.get();
    const index = page.inputs.indexOf(input);
    const status = files[index]?.status;
    return status === "cancelled" || status === "crashed" || hasFailed(summary?.sources[index]);
  }

  /**
   * Which of the files are to be read: not those that are there already. One that was read in part only is read anew, in
   * place of that part.
   * @param {Pool} pool @param {App.Input[]} incoming
   */
  async function sortOut(pool, incoming) {
    const still = () => pool === page.pool;
    const slow = setTimeout(() => page.say(en.say.comparing, "info", { lasts: true }), SOON_MS);
    const { fresh, doubles, unsure } = await freshInputs(page.inputs.filter((input) => input !== null), incoming,
      (one, other) => haveSameBytes(one, other, still));
    clearTimeout(slow);
    page.unsay(en.say.comparing);
    if (!still()) return [];
    const anew = new Map(doubles.filter(({ of }) => isInPart(of)).map(({ input, of }) => [of, input]));
    // A session that is lost meanwhile reads it anew by itself.
    for (const of of [...anew.keys()]) if (await takeOut(pool, page.inputs.indexOf(of)) === null) anew.delete(of);
    for (const piece of piecesOf(fresh, page.inputs)) await takeOut(pool, page.inputs.indexOf(piece));
    if (!still()) return [];
    const left = doubles.filter(({ of }) => !anew.has(of)).map(({ input }) => input.name);
    const said = [left.length > 0 ? en.say.doubles(left) : "", unsure.length > 0 ? en.say.unsure(unsure.map(({ name }) => name)) : ""];
    if (said.some(Boolean)) page.say(said.filter(Boolean).join(" "), "warning");
    return [...fresh, ...anew.values()];
  }

  /**
   * Takes a file out of the result: its groups are gone or smaller, and what was shown of them with it.
   * @param {Pool} pool @param {number} index
   * @returns {Promise<number | null>} how many others are read anew, as their matches have room now; null: it is being read, and stays, or
   * all was started over meanwhile, and its number may be another file's
   */
  async function takeOut(pool, index) {
    const crowded = await pool.remove(index);
    if (crowded === null || pool !== page.pool) return null;
    const anew = crowded.flatMap((other) => page.inputs[other] ?? []);
    const gone = [index, ...crowded];
    for (const one of gone) page.inputs[one] = null;
    page.recall += 1;
    store.set((state) => ({
      revision: state.revision + 1,
      cancelled: isInParts(state),
      details: null,
      panel: state.details && state.panel === "details" ? null : state.panel,
      view: gone.includes(state.view.source ?? -1) ? { ...state.view, source: null, member: "" } : state.view,
    }));
    if (anew.length > 0) read(anew);
    return anew.length;
  }

  return { read, takeOut };
}
