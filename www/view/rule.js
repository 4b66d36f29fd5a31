// "What this rule checks": the search, all of its metadata, what it cannot tell.

import { en } from "../text/en.js";
import { h, replace } from "./dom.js";
import { createForms } from "./forms.js";
import { icon } from "./icons.js";

/** @param {App.Actions} actions */
export function createRule(actions) {
  const t = en.rule;
  const body = h("div", { class: "rule-body" });
  const forms = createForms(actions);
  const node = h("details", { class: "rule", id: "rule-panel" },
    h("summary", null, icon("right", "turn"), h("span", null, t.heading)), body);

  /** @param {Core.Rule} rule */
  function fill(rule) {
    /** @param {string} name @param {Node | string | undefined} value */
    const fact = (name, value) => value && h("div", null, h("dt", null, name), h("dd", null, value));
    replace(body,
      h("section", null, h("h2", null, t.what), h("p", null, rule.description)),
      h("section", { class: "search-section" },
        h("div", { class: "head" }, h("h2", null, t.search),
          h("button", { type: "button", class: "button small", on: { click: () => actions.copy(rule.search, t.search) } }, icon("copy"), t.copySearch)),
        h("pre", { class: "code-block", id: "rule-search", tabindex: "0" }, rule.search)),
      forms.node,
      h("section", { class: "two" },
        h("div", null, h("h2", null, t.limits), h("ul", null, rule.limits.map((limit) => h("li", null, limit)))),
        h("div", null, h("h2", null, t.positives), h("p", null, rule.known_false_positives))),
      h("section", null, h("h2", null, t.about),
        h("dl", { class: "facts" },
          fact(t.meta.technique, `${rule.technique} ${rule.technique_name}`),
          fact(t.meta.tactic, rule.tactic),
          fact(t.meta.phase, rule.kill_chain_phase),
          fact(t.meta.risk, t.riskText(rule)),
          fact(t.meta.story, rule.story),
          fact(t.meta.type, rule.type),
          fact(t.meta.version, t.versionText(rule)),
          fact(t.meta.author, rule.author),
          fact(t.meta.products, rule.products.join(", ")),
          fact(t.meta.data, rule.data_set),
          fact(t.meta.required, h("code", null, rule.required_fields.join(" "))),
          fact(t.meta.id, h("code", null, rule.id)))),
      h("section", null, h("h2", null, t.columns),
        h("dl", { class: "facts columns" }, en.table.meaning.map(([name, meaning]) => fact(name, meaning)))));
  }

  /** @type {Core.Rule | null} */
  let shown = null;
  return {
    node,
    /** @param {App.State} state */
    update(state) {
      if (state.rule && state.rule !== shown) {
        shown = state.rule;
        fill(state.rule);
      }
      forms.update(state);
    },
  };
}
