// The context of a row, made ready to be shown. No words here but units.

import { millis } from "./time.js";

/** The time from one to another in milliseconds; none where one is unknown. @param {string | null} from @param {string | null} to */
function between(from, to) {
  const ms = from === null || to === null ? Number.NaN : millis(to) - millis(from);
  return Number.isNaN(ms) ? null : ms;
}

/** "0.42 s", "12 s", "3 min 12 s", "2 h 5 min". @param {number} ms not negative */
export function amount(ms) {
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2).replace(/\.?0+$/, "")} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  return `${Math.round(minutes / 1440)} d`;
}

/** How much later the second time is: "+0.42 s"; nothing when one of them is unknown. @param {string | null} from @param {string | null} to */
export function later(from, to) {
  const ms = between(from, to);
  return ms === null ? null : `${ms < 0 ? "\u2212" : "+"}${amount(Math.abs(ms))}`;
}

/** How long it took from one to the other; nothing when that is unknown. @param {string | null} from @param {string | null} to */
export function took(from, to) {
  const ms = between(from, to);
  return ms === null || ms < 0 ? null : amount(ms);
}

/**
 * What an accessible tree says of each item: its level, its place among its siblings, and how many items after
 * it belong to it.
 * @param {{ parent: number | null, depth: number }[]} items parents before their children, depth first
 */
export function branches(items) {
  const branches = items.map(({ parent, depth }) => ({ parent, level: depth + 1, position: 1, siblings: 1, below: 0 }));
  /** @type {Map<number | null, number[]>} */
  const children = new Map();
  items.forEach(({ parent }, index) => children.set(parent, [...(children.get(parent) ?? []), index]));
  for (const siblings of children.values()) {
    siblings.forEach((index, at) => {
      const branch = branches[index];
      if (branch) Object.assign(branch, { position: at + 1, siblings: siblings.length });
    });
  }
  for (let index = items.length - 1; index > 0; index -= 1) {
    const branch = branches[index];
    const above = branch && branch.parent !== null ? branches[branch.parent] : undefined;
    if (branch && above) above.below += 1 + branch.below;
  }
  return branches;
}

/**
 * What it did, and of what else the log tells nothing, or only of others.
 * @param {Core.Context["did"]} did
 */
export function deeds(did) {
  const done = did.filter(({ list }) => list.items.length > 0);
  const rest = did.filter(({ list }) => list.items.length === 0);
  return { done, others: rest.filter(({ logged }) => logged > 0), silent: rest.filter(({ logged }) => logged === 0) };
}

/** @param {App.ContextProgress} progress */
export function share({ bytes, size }) {
  return size === 0 ? 0 : Math.min(1, bytes / size);
}
