// A window above the page: a heading, what it is about, and a way out by Esc, by the cross and by a press beside it.

import { en } from "../text/en.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @param {string} id @param {string | Node} title @param {...(Node | null)} content */
export function createDialog(id, title, ...content) {
  /** @type {Element | null} */
  let from = null;
  const node = h("dialog", { id, class: "dialog", "aria-labelledby": `${id}-title`, on: {
    pointerdown: (/** @type {PointerEvent} */ event) => { if (event.target === node) node.close(); },
    // The browser gives the focus back, but not to something that was drawn anew meanwhile.
    close: () => { if (from?.id) document.getElementById(from.id)?.focus({ preventScroll: true }); },
  } },
    h("div", { class: "dialog-body" },
      h("div", { class: "head" }, h("h2", { id: `${id}-title` }, title),
        h("button", { type: "button", class: "button quiet square", "aria-label": en.keys.close, title: en.keys.close, on: { click: () => node.close() } }, icon("close"))),
      content));
  return {
    node,
    close: () => node.close(),
    open() {
      if (node.open) return;
      from = document.activeElement;
      node.showModal();
    },
  };
}
