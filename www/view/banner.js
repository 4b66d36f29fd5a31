// Whenever anything is hidden the page says so, and how to see it.

import { active } from "../state/tuning.js";
import { en } from "../text/en.js";
import { h, setText, show } from "./dom.js";
import { icon } from "./icons.js";

/** @param {App.Actions} actions */
export function createBanner(actions) {
  const t = en.tuning.banner;
  const text = h("strong", null);
  const by = h("span", { class: "muted" });
  const node = h("section", { class: "banner tuning-banner", id: "tuning-banner", "aria-label": t.label, hidden: true },
    icon("filter"), h("p", null, text, " ", by),
    h("span", { class: "button-row" },
      h("button", { type: "button", class: "button small", id: "banner-look", on: { click: () => actions.openTuning() } }, t.look),
      h("button", { type: "button", class: "button small", id: "show-all", title: t.showAllTitle, on: { click: () => actions.showAll() } }, t.showAll)));
  return {
    node,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const totals = state.summary?.totals;
      const hidden = totals?.hidden ?? 0;
      show(node, state.phase !== "empty" && hidden > 0);
      if (!totals || hidden === 0 || (state.summary === before?.summary && state.tuning === before?.tuning)) return;
      const all = { rows: totals.groups, events: totals.matches };
      const count = { rows: totals.hidden_groups ?? 0, events: hidden };
      setText(text, count.rows === 0 ? t.events(count, all) : t.text(count, all));
      const names = t.by(active(state.tuning));
      setText(by, names === "" ? "" : `(${names})`);
    },
  };
}
