// The tuning for Splunk: the macro, what goes into the where of tstats instead, and what can't be said there.

import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h, replace, setAttribute, show } from "../dom.js";
import { icon } from "../icons.js";

/** @param {App.Actions} actions @param {() => Core.Tuning | null} shown */
export function createSplunk(actions, shown) {
  const t = en.tuning;
  const macro = h("pre", { class: "code-block", id: "splunk-filter", tabindex: "0", dir: "ltr" });
  const where = h("pre", { class: "code-block", id: "splunk-where", tabindex: "0", dir: "ltr", "aria-label": t.splunkWhere });
  const whereBox = h("div", { class: "where-box", hidden: true },
    h("div", { class: "head" }, h("p", { class: "muted small" }, t.splunkWhere),
      h("button", { type: "button", class: "button small", id: "copy-where", on: { click: () => actions.copy(shown()?.splunk.where ?? "", t.splunk) } }, icon("copy"), t.copyWhere)), where);
  const unseen = h("p", { class: "muted small", id: "splunk-unseen", hidden: true }, t.splunkUnseen);
  const notes = h("ul", { class: "limits" });
  const notesBox = h("div", null, h("h4", null, t.splunkNotes), notes);
  const node = h("section", { "aria-labelledby": "splunk-title" },
    h("div", { class: "head" }, h("h3", { id: "splunk-title" }, t.splunk),
      h("button", { type: "button", class: "button small", id: "copy-splunk", on: { click: () => actions.copy(shown()?.splunk.filter ?? "", t.splunk) } }, icon("copy"), t.copySplunk)),
    h("p", { class: "muted small" }, t.splunkText), macro, whereBox, unseen, notesBox);

  return {
    node,
    /** @param {Core.Tuning} tuning */
    draw({ splunk }) {
      replace(macro, evidence(splunk.filter));
      show(whereBox, splunk.where !== "");
      replace(where, evidence(splunk.where));
      show(unseen, [splunk.filter, splunk.where].some((text) => visibleText(text) !== text));
      show(notesBox, splunk.notes.length > 0);
      replace(notes, splunk.notes.map((note) => h("li", null, evidence(note))));
      setAttribute(macro, "aria-label", t.splunk);
    },
    /** Nothing of a tuning is left. */
    forget() {
      for (const part of [macro, where, notes]) part.replaceChildren();
    },
  };
}
