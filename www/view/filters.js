// What narrows the table beside the search: hints, a file, a stretch of time, one value; and how rows are stacked.

import { STACKS } from "../state/columns.js";
import { present } from "../state/files.js";
import { number } from "../state/format.js";
import { isNarrowed } from "../state/grid.js";
import { endOfSpan, timesOf } from "../state/time.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { h, keepFocus, replace, setAttribute, show } from "./dom.js";
import { icon } from "./icons.js";

/** No menu of a person's is longer. */
const MOST_FILES = 500;

/** @param {App.Actions} actions */
export function createFilters(actions) {
  const t = en.narrow;
  const stack = h("select", { id: "stack", "aria-label": en.stack.label, on: { change: () => actions.stack(stack.value) } },
    h("option", { value: "" }, en.stack.rule), STACKS.map((field) => h("option", { value: field }, en.stack.by(field))));
  const source = h("select", { id: "source-filter", class: "source-filter", "aria-label": t.source, hidden: true, on: {
    change: () => actions.narrow({ source: source.value === "" ? null : Number(source.value) }),
  } });
  const hintList = h("div", { class: "hint-list", role: "group", "aria-label": en.hints.heading });
  const hints = h("div", { class: "hint-bar", id: "hint-bar", hidden: true }, h("span", { class: "muted small hint-word", title: en.hints.text }, icon("tag"), en.hints.heading), hintList);
  const chips = h("div", { class: "chips", id: "filter-chips", role: "group", "aria-label": t.label, hidden: true });
  let sources = "";

  /** @param {string} id @param {string} text @param {() => void} take */
  const chip = (id, text, take) => h("button", { type: "button", class: "filter-chip", id, title: t.take(text), "aria-label": t.take(text), on: { click: take } }, h("span", null, text), icon("close"));

  return {
    stack, source, hints, chips,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const { view, zone } = state;
      if (stack.value !== view.stack) stack.value = view.stack;

      const files = present(state.files);
      show(source, files.length > 1);
      const key = files.map((file) => file.source).join(" ");
      if (key !== sources) {
        sources = key;
        replace(source, h("option", { value: "" }, t.allSources),
          files.slice(0, MOST_FILES).map((file) => h("option", { value: file.source }, visibleText(file.name))));
      }
      const value = view.source === null ? "" : String(view.source);
      if (source.value !== value) source.value = value;

      if (state.hints !== before?.hints || view.hint !== before?.view.hint) {
        const found = state.hints.filter(({ id, rows }) => rows > 0 || id === view.hint);
        show(hints, found.length > 0);
        keepFocus(hintList, () => replace(hintList, found.map((hint) => h("button", {
          type: "button", class: "hint-chip", id: `hint-${hint.id}`, "aria-pressed": view.hint === hint.id ? "true" : "false", title: en.hints.filter(hint),
          on: { click: () => actions.narrow({ hint: view.hint === hint.id ? "" : hint.id }) },
        }, h("span", null, hint.label), h("b", null, number(hint.rows))))));
      }

      if (view === before?.view && zone === before?.zone && state.files === before?.files) return;
      const { range, only } = view;
      const [from = "", to = ""] = range ? timesOf([range.from, range.to], zone) : [];
      const list = [
        only ? chip("chip-only", t.only(only.field, visibleText(only.value)), () => actions.narrow({ only: null })) : null,
        range ? chip("chip-range", t.range(from, endOfSpan(from, to)), () => actions.narrow({ range: null })) : null,
        view.source === null ? null : chip("chip-source", visibleText(state.files[view.source]?.name ?? ""), () => actions.narrow({ source: null })),
        view.hint === "" ? null : chip("chip-hint", t.hint(state.hints.find(({ id }) => id === view.hint)?.label ?? view.hint), () => actions.narrow({ hint: "" })),
      ].filter((one) => one !== null);
      show(chips, list.length > 0);
      keepFocus(chips, () => replace(chips, list, list.length > 0 && isNarrowed(view)
        ? h("button", { type: "button", class: "button link small", id: "clear-filters", on: { click: () => { actions.widen(); actions.focusGrid(); } } }, t.all) : null));
      setAttribute(stack, "data-stack", view.stack === "" ? null : view.stack);
    },
  };
}
