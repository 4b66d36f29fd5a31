// The report: in which form, with what note, and what is made of addresses and times.

import { outcomes } from "../state/outcome.js";
import { offsetAt, offsetLabel } from "../state/time.js";
import { en } from "../text/en.js";
import { createDialog } from "./dialog.js";
import { h, setAttribute, setText } from "./dom.js";

/** Shown or not, its room stays. @param {HTMLElement} node @param {boolean} shown */
const setVisible = (node, shown) => node.classList.toggle("unsaid", !shown);

/** @param {App.Actions} actions */
export function createReport(actions) {
  const t = en.report;
  const what = h("p", { class: "muted", id: "report-what" });
  /** @type {App.Format} */
  let format = "csv";
  const forms = t.formats.map(([name, label, text]) => {
    const radio = h("input", { type: "radio", name: "report-format", id: `report-${name}`, value: name, on: { change: () => { if (radio.checked) actions.format(name); } } });
    return { name, radio, node: h("label", { class: "format-choice", for: `report-${name}` }, radio, h("span", null, h("b", null, label), h("span", { class: "muted small" }, text))) };
  });
  const note = h("textarea", { id: "report-note", class: "text-input", rows: "4", placeholder: t.notePlaceholder, on: { input: () => actions.note(note.value) } });
  const exact = h("p", { class: "muted small", id: "report-exact" }, t.exact);
  const defang = h("input", { type: "checkbox", id: "report-defang", "aria-describedby": "report-defang-text", on: { change: () => actions.defang(defang.checked) } });
  const utc = h("button", { type: "button", id: "report-utc", on: { click: () => actions.zone("utc") } }, en.header.utc);
  const local = h("button", { type: "button", id: "report-local", on: { click: () => actions.zone("local") } });
  const zoneHint = h("span", { class: "muted small" }, t.zoneFixed);
  const go = h("button", { type: "submit", class: "button primary", id: "report-go" });
  const form = h("form", { class: "report-form", on: {
    submit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      dialog.close();
      // What is marked, also when Enter follows at once on the choice.
      await actions.exportAs(forms.find(({ radio }) => radio.checked)?.name ?? format);
    },
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.target instanceof HTMLInputElement)) {
        event.preventDefault();
        form.requestSubmit();
      }
    },
  } },
    h("fieldset", { class: "format-choices" }, h("legend", null, t.form), forms.map(({ node }) => node)),
    h("div", { class: "field" }, h("label", { for: "report-note" }, t.note), note),
    h("label", { class: "check-line" }, defang, h("span", null, t.defang)),
    h("p", { class: "muted small under-check", id: "report-defang-text" }, t.defangTitle),
    h("div", { class: "form-row" }, h("span", null, t.zone), h("span", { class: "zone-choice" }, h("span", { class: "segments", role: "group", "aria-label": t.zone }, utc, local), zoneHint)),
    exact,
    h("div", { class: "button-row" }, go, h("button", { type: "button", class: "button", id: "report-cancel", on: { click: () => dialog.close() } }, en.tuning.cancel)));
  const dialog = createDialog("report", t.heading, what, form);

  return {
    dialog,
    open() {
      dialog.open();
      forms.find(({ name }) => name === format)?.radio.focus();
    },
    /** @param {App.State} state */
    update(state) {
      format = state.format;
      for (const { name, radio } of forms) radio.checked = name === format;
      if (note.value !== state.note) note.value = state.note;
      // What a form can't carry is not taken away but put out of reach, so that nothing jumps.
      const plain = format === "csv" || format === "json";
      setVisible(exact, plain);
      note.disabled = plain;
      defang.disabled = plain;
      defang.checked = state.defang && !plain;
      const times = format !== "print";
      setVisible(zoneHint, times);
      utc.disabled = times;
      local.disabled = times;
      setAttribute(utc, "aria-pressed", times || state.zone === "utc" ? "true" : "false");
      setAttribute(local, "aria-pressed", !times && state.zone === "local" ? "true" : "false");
      setText(go, t.go[format]);
      if (!state.summary || !dialog.node.open) return;
      setText(local, t.local(offsetLabel(offsetAt(state.summary.verdict.lastTime))));
      const all = outcomes(state.summary.totals);
      setText(what, t.what({ rows: all.shownGroups, events: all.shown }, { rows: all.hiddenGroups, events: all.hidden }));
    },
  };
}
