// From all records to the rows: each number opens what was dropped there, and why.

import { number } from "../state/format.js";
import { outcomes } from "../state/outcome.js";
import { en } from "../text/en.js";
import { h, refresh, setAttribute, setText, show } from "./dom.js";
import { explain } from "./funnel/explain.js";
import { icon } from "./icons.js";

const STEPS = /** @type {const} */ (["records", "process_creations", "matches", "hidden", "shown"]);

/** @param {App.Actions} actions */
export function createFunnel(actions) {
  const t = en.funnel;
  /** @type {App.Step | null} */
  let open = null;
  const parts = STEPS.map((step) => {
    const value = h("b", null, "0");
    const extra = h("span", { class: "extra" });
    const button = h("button", {
      type: "button", class: "step", "data-step": step, "aria-expanded": "false", "aria-controls": "funnel-panel", title: t.title,
      on: { click: () => actions.openStep(open === step ? null : step) },
    }, value, h("span", { class: "step-name" }, t.steps[step]), extra);
    return { step, value, extra, button };
  });
  const panel = h("div", { class: "step-panel", id: "funnel-panel", hidden: true });
  const node = h("section", { class: "funnel", id: "funnel", "aria-label": t.heading },
    h("ol", { class: "steps" }, parts.map(({ button }) => h("li", null, button))), panel);

  return {
    node,
    /** @param {App.State} state @param {App.State | null} previous */
    update(state, previous) {
      const { summary } = state;
      show(node, state.phase !== "empty" && summary !== null);
      open = state.step;
      if (!summary) {
        // Nothing of a case stays behind where it is not seen.
        for (const { value, extra } of parts) {
          setText(value, "0");
          setText(extra, "");
        }
        panel.replaceChildren();
        return;
      }
      const all = outcomes(summary.totals);
      for (const { step, value, extra, button } of parts) {
        setText(value, number(all[step]));
        if (step === "shown") setText(extra, all.shownGroups > 0 ? t.inGroups(all.shownGroups) : "");
        button.classList.toggle("some", step === "hidden" && all.hidden > 0);
        setAttribute(button, "aria-expanded", step === open ? "true" : "false");
      }
      show(panel, open !== null);
      if (open !== null && (open !== previous?.step || summary !== previous?.summary || state.view !== previous?.view || state.rows !== previous?.rows || state.tuning !== previous?.tuning)) {
        const step = open;
        refresh(panel, h("div", { class: "step-content" }, explain(step, state, summary, actions)),
          h("button", { type: "button", class: "button quiet square close", id: "close-step", "aria-label": t.close, title: t.close, on: {
            click: () => {
              actions.openStep(null);
              parts.find((part) => part.step === step)?.button.focus();
            },
          } }, icon("close")));
      }
    },
  };
}
