// A list of processes as a tree, by the keys of a tree: arrows, Home, End; Enter shows the event.

import { branches } from "../../state/context.js";
import { en } from "../../text/en.js";
import { h, setAttribute, show } from "../dom.js";
import { icon } from "../icons.js";

/** Deeper, a line would only move to the right. */
const DEEPEST = 10;

/** @typedef {ReturnType<import("./lines.js").Lines["opener"]>} Opener */

/**
 * @param {Core.Ran[]} items
 * @param {import("./lines.js").Lines} lines what a line says, and what shows its event
 */
export function createTree(items, { opener, ran }) {
  const places = branches(items);
  const openers = items.map((item) => opener(item.at, "-1"));
  /** @type {Set<number>} */
  const folded = new Set();
  const nodes = items.map((item, index) => line(item, index));

  /** @param {Core.Ran} item @param {number} index */
  function line(item, index) {
    const { level, position, siblings, below } = /** @type {ReturnType<typeof branches>[number]} */ (places[index]);
    const { button, place } = /** @type {Opener} */ (openers[index]);
    const fold = below === 0 ? h("span", { class: "fold" }) : h("span", { class: "fold", on: { click: () => turn(index) } }, icon("right"));
    return h("li", {
      role: "treeitem", class: "context-entry", "aria-level": level, "aria-posinset": position, "aria-setsize": siblings,
      "aria-expanded": below === 0 ? null : "true", tabindex: index === 0 ? "0" : "-1",
      vars: { "--depth": String(Math.min(level - 1, DEEPEST)) },
      on: { focus: () => stand(index), keydown: (/** @type {KeyboardEvent} */ event) => onKey(event, index) },
    }, fold, h("div", { class: "said-of" }, ran(item, index === 0)), button, place);
  }

  /** @param {number} index */
  const stand = (index) => nodes.forEach((node, other) => setAttribute(node, "tabindex", other === index ? "0" : "-1"));

  /** Folds up or unfolds. @param {number} index @param {boolean} [shut] */
  function turn(index, shut = !folded.has(index)) {
    if (shut) folded.add(index);
    else folded.delete(index);
    setAttribute(/** @type {HTMLElement} */ (nodes[index]), "aria-expanded", String(!shut));
    let hiddenUntil = 0;
    nodes.forEach((node, at) => {
      show(node, at >= hiddenUntil);
      if (at >= hiddenUntil && folded.has(at)) hiddenUntil = at + 1 + (places[at]?.below ?? 0);
    });
  }

  /** Where a key leads; none: it stays; null: no key of the tree. @param {string} key @param {number} index @returns {number | undefined | null} */
  function press(key, index) {
    const seen = nodes.flatMap((node, at) => (node.hidden ? [] : [at]));
    const at = seen.indexOf(index);
    const place = places[index];
    const opens = place !== undefined && place.below > 0;
    switch (key) {
      case "ArrowDown": return seen[at + 1];
      case "ArrowUp": return seen[at - 1];
      case "Home": return seen[0];
      case "End": return seen.at(-1);
      case "ArrowRight":
        if (!opens) return undefined;
        if (!folded.has(index)) return index + 1;
        turn(index, false);
        return undefined;
      case "ArrowLeft":
        if (!opens || folded.has(index)) return place?.parent ?? undefined;
        turn(index, true);
        return undefined;
      case "Enter": case " ":
        openers[index]?.toggle();
        return undefined;
      default: return null;
    }
  }

  /** @param {KeyboardEvent} event @param {number} index */
  function onKey(event, index) {
    if (event.target !== nodes[index] || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = press(event.key, index);
    if (to === null) return;
    event.preventDefault();
    if (to !== undefined) nodes[to]?.focus();
  }

  return h("ul", { class: "context-list tree", role: "tree", "aria-label": en.context.treeLabel }, nodes);
}
