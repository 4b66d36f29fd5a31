// A short list of things to do, beside what was pressed. One at a time; Esc and a press elsewhere close it.

import { en } from "../text/en.js";
import { h, replace, setAttribute, setVar } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {{ icon: Parameters<typeof icon>[0], text: string, key?: string, run: () => void }} Item */

/** @typedef {ReturnType<typeof createMenu>} Menu */

const WIDTH = 288;
const ROOM = 8;

export function createMenu() {
  const node = h("div", { class: "menu", id: "menu", role: "menu", tabindex: "-1", hidden: true, on: { keydown: onKey } });
  /** @type {(() => void) | null} */
  let back = null;
  /** @type {Element | null} */
  let of = null;

  /** @returns {HTMLElement[]} */
  const items = () => [...node.querySelectorAll("[role=menuitem]")].filter((item) => item instanceof HTMLElement);

  /** @param {boolean} [returns] whether the focus goes back to where it came from */
  function close(returns = true) {
    if (node.hidden) return;
    node.hidden = true;
    node.replaceChildren();
    const go = back;
    back = null;
    if (returns) go?.();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const all = items();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else {
      // The press that opened the menu is still down when it repeats.
      const item = ["Enter", " "].includes(event.key) ? !event.repeat && all[at] : all.find((one) => one.dataset.key === event.key);
      if (!item) return;
      item.click();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  window.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !node.contains(event.target)) close(false);
  }, true);
  window.addEventListener("resize", () => close(false));
  // It stays with what it belongs to, and goes with it.
  window.addEventListener("scroll", () => { if (!node.hidden && !place()) close(false); }, { capture: true, passive: true });

  /** Beside what it belongs to, or at the edge behind which that has gone. @returns {boolean} whether it is there at all */
  function place() {
    // A cell that was drawn anew meanwhile is found again.
    if (of && !of.isConnected) of = document.getElementById(of.id);
    const box = of?.getBoundingClientRect();
    if (!box) return false;
    const height = items().length * 32 + 10;
    const above = box.bottom + height + ROOM > innerHeight && box.top - height > ROOM;
    setVar(node, "--left", `${Math.max(ROOM, Math.min(box.left, innerWidth - WIDTH - ROOM))}px`);
    setVar(node, "--top", `${Math.max(ROOM, above ? box.top - height - 4 : Math.min(box.bottom + 4, innerHeight - height - ROOM))}px`);
    return true;
  }

  return {
    node,
    close,
    /** @param {Element} anchor @param {string} label @param {Item[]} list @param {() => void} whenClosed */
    open(anchor, label, list, whenClosed) {
      back = whenClosed;
      setAttribute(node, "aria-label", label);
      replace(node, list.map(({ icon: mark, text, key, run }) => h("button", {
        type: "button", role: "menuitem", class: "menu-item", tabindex: "-1", "data-key": key ?? false,
        on: { click: () => { close(); run(); } },
      }, icon(mark), h("span", null, text), key ? h("kbd", { "aria-hidden": "true" }, key) : null)));
      of = anchor;
      place();
      node.hidden = false;
      items()[0]?.focus({ preventScroll: true });
    },
  };
}

/**
 * What can be done with a value of a row.
 * @param {App.Actions} actions @param {{ field: string, value: string, tunable: boolean, stackable: boolean }} cell
 * @returns {Item[]}
 */
export function cellItems(actions, { field, value, tunable, stackable }) {
  const t = en.menu;
  return [
    { icon: "copy", text: t.copy, key: "c", run: () => actions.copy(value, field) },
    ...(tunable ? /** @type {Item[]} */ ([
      { icon: "exclude", text: t.exclude(field), key: "x", run: () => actions.cell("exclude", { field, value }) },
      { icon: "include", text: t.include(field), key: "i", run: () => actions.cell("include", { field, value }) },
    ]) : []),
    ...(stackable ? /** @type {Item[]} */ ([{ icon: "stack", text: t.stack(field), run: () => actions.stack(field) }]) : []),
  ];
}
