// Starting over forgets what no file can bring back: the note and the tuning. So it asks.

import { en } from "../text/en.js";
import { createDialog } from "./dialog.js";
import { h } from "./dom.js";

/** @param {App.Actions} actions */
export function createAgain(actions) {
  const t = en.again;
  const keep = h("button", { type: "button", class: "button primary", id: "again-no", on: { click: () => dialog.close() } }, t.keep);
  const go = h("button", { type: "button", class: "button", id: "again-yes", on: { click: () => { dialog.close(); actions.reset(); } } }, en.header.again);
  const dialog = createDialog("again-dialog", t.heading, h("p", null, t.text), h("div", { class: "button-row" }, keep, go));
  return {
    dialog,
    open() {
      dialog.open();
      keep.focus();
    },
  };
}
