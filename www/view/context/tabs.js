// The tabs of a context, by pointer and by the keys of tabs: arrows, Home, End.

import { en } from "../../text/en.js";
import { h, replace, setAttribute } from "../dom.js";
import { TABS, countsOf, createPanels } from "./panels.js";

/** @typedef {import("./panels.js").Tab} Tab */

/** @param {import("./lines.js").Lines} lines */
export function createTabs(lines) {
  const t = en.context;
  const panels = createPanels(lines);
  /** The one that was chosen last. @type {Tab} */
  let tab = "started";

  return {
    /** Back to the first one. */
    reset() {
      tab = "started";
    },
    /** @param {Core.Context} context @returns {Node[]} */
    draw(context) {
      const counts = countsOf(context);
      const panel = h("div", { class: "context-panel", role: "tabpanel", id: "context-panel", tabindex: "-1" });
      /** @type {HTMLButtonElement[]} */
      const tabs = TABS.map((name) => h("button", {
        type: "button", role: "tab", id: `context-tab-${name}`, "aria-controls": "context-panel",
        on: { click: () => choose(name), keydown: (/** @type {KeyboardEvent} */ event) => step(event, name) },
      }, t.tab[name], h("span", { class: "count" }, counts[name])));
      /** @param {Tab} name */
      function choose(name) {
        tab = name;
        TABS.forEach((other, index) => {
          const one = /** @type {HTMLButtonElement} */ (tabs[index]);
          setAttribute(one, "aria-selected", String(other === name));
          setAttribute(one, "tabindex", other === name ? "0" : "-1");
        });
        setAttribute(panel, "aria-labelledby", `context-tab-${name}`);
        replace(panel, panels[name](context));
      }
      /** @param {KeyboardEvent} event @param {Tab} from */
      function step(event, from) {
        const at = TABS.indexOf(from);
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const name = /** @type {Tab} */ (TABS[(to + TABS.length) % TABS.length]);
        choose(name);
        tabs[TABS.indexOf(name)]?.focus();
      }
      choose(tab);
      return [h("div", { class: "tabs", role: "tablist", "aria-label": t.tabs }, tabs), panel];
    },
  };
}
