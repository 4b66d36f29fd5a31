// Which columns the table shows, how wide they are, and how high its rows.

import { COLUMNS, widthOf, withColumn, withWidth, WIDTH_STEP } from "../state/columns.js";
import { en } from "../text/en.js";
import { createDialog } from "./dialog.js";
import { h, keepFocus, replace } from "./dom.js";
import { icon } from "./icons.js";
import { shownWidth } from "./table/heads.js";

/** @param {App.Actions} actions */
export function createColumns(actions) {
  const t = en.columns;
  /** @type {App.State | null} */
  let state = null;
  const list = h("ul", { class: "column-list" });
  const density = h("div", { class: "segments", role: "group", "aria-label": t.density });
  const dialog = createDialog("columns-dialog", t.heading,
    list,
    h("div", { class: "form-row" }, h("span", null, t.density), density),
    h("p", { class: "muted small" }, t.keys),
    h("div", { class: "button-row" },
      h("button", { type: "button", class: "button primary", id: "columns-done", on: { click: () => dialog.close() } }, t.done),
      h("button", { type: "button", class: "button", id: "columns-reset", on: { click: () => { actions.columns({ hidden: [], widths: {} }); actions.density("comfortable"); } } }, t.reset)));

  function draw() {
    if (!state) return;
    const { columns } = state;
    const last = columns.hidden.length >= COLUMNS.length - 1;
    keepFocus(dialog.node, () => {
      replace(list, COLUMNS.map((column) => {
        const { name } = column;
        const shown = !columns.hidden.includes(name);
        const width = columns.widths[name] ?? (shownWidth(name) || widthOf(column, columns));
        const box = h("input", { type: "checkbox", id: `column-${name}`, checked: shown, disabled: shown && last, on: { change: () => actions.columns(withColumn(columns, name, box.checked)) } });
        /** @param {string} id @param {string} label @param {number} by @param {"minus" | "plus"} mark */
        const resize = (id, label, by, mark) => h("button", {
          type: "button", class: "button quiet square tiny", id: `${id}-${name}`, title: label, "aria-label": label, on: { click: () => actions.columns(withWidth(columns, name, width + by)) },
        }, icon(mark));
        return h("li", null, h("label", { class: "check-line" }, box, h("code", null, name)),
          h("span", { class: "column-width" }, resize("narrower", t.narrower(name), -WIDTH_STEP, "minus"), h("span", { class: "width-value" }, String(width)), resize("wider", t.wider(name), WIDTH_STEP, "plus")));
      }));
      replace(density, /** @type {App.Density[]} */ (["comfortable", "compact"]).map((one) => h("button", {
        type: "button", id: `density-${one}`, "aria-pressed": state?.density === one ? "true" : "false", on: { click: () => actions.density(one) },
      }, t.densities[one])));
    });
  }

  return {
    dialog,
    open() {
      draw();
      dialog.open();
    },
    /** @param {App.State} now @param {App.State | null} before */
    update(now, before) {
      state = now;
      if (dialog.node.open && (now.columns !== before?.columns || now.density !== before?.density)) draw();
    },
  };
}
