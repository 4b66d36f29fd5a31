// The dialog that `?` opens.

import { en } from "../text/en.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

export function createKeys() {
  const t = en.keys;
  const node = h("dialog", { id: "keys", class: "keys", "aria-labelledby": "keys-title", on: {
    click: (/** @type {MouseEvent} */ event) => { if (event.target === node) node.close(); },
  } },
    h("div", { class: "keys-body" },
      h("div", { class: "head" }, h("h2", { id: "keys-title" }, t.heading),
        h("button", { type: "button", class: "button quiet square", "aria-label": t.close, title: t.close, on: { click: () => node.close() } }, icon("close"))),
      h("dl", null, t.rows.map(([keys, what]) => h("div", null, h("dt", null, keys.map((key) => h("kbd", null, key))), h("dd", null, what))))));
  return {
    node,
    open() {
      if (!node.open) node.showModal();
    },
  };
}
