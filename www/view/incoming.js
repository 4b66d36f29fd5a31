// Files came while there is a result: are they to be added, or is this another case?

import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { createDialog } from "./dialog.js";
import { h, replace, setText } from "./dom.js";
import { icon } from "./icons.js";

const NAMED = 5;

/** @param {App.Actions} actions */
export function createIncoming(actions) {
  const t = en.incoming;
  const heading = h("span", null);
  const names = h("ul", { class: "incoming-names" });
  /** @param {string} id @param {Parameters<typeof icon>[0]} mark @param {string} title @param {string} text @param {"add" | "anew"} what */
  const choice = (id, mark, title, text, what) => h("button", { type: "button", class: "choice", id, on: { click: () => { decided = what; dialog.close(); } } },
    icon(mark), h("span", null, h("b", null, title), h("span", { class: "muted" }, text)));
  /** @type {"add" | "anew" | "none"} */
  let decided = "none";
  const dialog = createDialog("incoming", heading,
    names, h("p", { class: "muted" }, t.text),
    h("div", { class: "choices" }, choice("incoming-add", "plus", t.add, t.addText, "add"), choice("incoming-anew", "again", t.anew, t.anewText, "anew")),
    h("div", { class: "button-row" }, h("button", { type: "button", class: "button", id: "incoming-cancel", on: { click: () => dialog.close() } }, t.cancel)));
  dialog.node.addEventListener("close", () => actions.decide(decided));
  return {
    dialog,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      if (state.waiting === before?.waiting || state.waiting.length === 0) return;
      decided = "none";
      const { waiting } = state;
      setText(heading, t.heading(waiting.length));
      replace(names, waiting.slice(0, NAMED).map(({ name }) => h("li", null, visibleText(name))), waiting.length > NAMED ? h("li", { class: "muted" }, t.more(waiting.length - NAMED)) : null);
      dialog.open();
      document.getElementById("incoming-add")?.focus();
    },
  };
}
