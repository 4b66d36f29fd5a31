// What narrows the table beside the search: hints, a file, a stretch of time, one value; and how rows are stacked.

import { STACKS } from "../../state/columns.js";
import { logsOf } from "../../state/files.js";
import { number } from "../../state/format.js";
import { isNarrowed } from "../../state/grid.js";
import { endOfSpan, timesOf } from "../../state/time.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { h, keepFocus, replace, setAttribute, show } from "../dom.js";
import { icon } from "../icons.js";

/** No menu of a person's is longer. */
const MOST_FILES = 500;

/** @param {App.Actions} actions */
export function createFilters(actions) {
  const t = en.narrow;
  const stack = h("select", { id: "stack", "aria-label": en.stack.label, on: { change: () => actions.stack(stack.value) } },
    h("option", { value: "" }, en.stack.rule), STACKS.map((field) => h("option", { value: field }, en.stack.by(field))));
  const source = h("select", { id: "source-filter", class: "source-filter", "aria-label": t.source, hidden: true, on: {
    change: () => {
      const log = logs[Number(source.value || -1)];
      actions.narrow({ source: log?.source ?? null, member: log?.member ?? "" });
    },
  } });
  const hintList = h("div", { class: "hint-list", role: "group", "aria-label": en.hints.heading });
  const hints = h("div", { class: "hint-bar", id: "hint-bar", hidden: true }, h("span", { class: "muted small hint-word", title: en.hints.text }, icon("tag"), en.hints.heading), hintList);
  const chips = h("div", { class: "chips", id: "filter-chips", role: "group", "aria-label": t.label, hidden: true });
  /** @type {import("../../state/files.js").Log[]} */
  let logs = [];
  let listed = "";

  /** @param {string} id @param {string} text @param {() => void} take */
  const chip = (id, text, take) => h("button", { type: "button", class: "filter-chip", id, title: t.take(text), "aria-label": t.take(text), on: { click: take } }, h("span", null, text), icon("close"));

  return {
    stack, source, hints, chips,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const { view, zone } = state;
      if (stack.value !== view.stack) stack.value = view.stack;

      if (state.files !== before?.files || state.summary !== before.summary) {
        const all = logsOf(state.files, state.summary?.sources ?? []);
        const now = all.slice(0, MOST_FILES);
        const names = `${all.length}\n${now.map(({ name }) => name).join("\n")}`;
        if (names !== listed) {
          listed = names;
          replace(source, h("option", { value: "" }, t.allSources), now.map(({ name }, at) => h("option", { value: at }, visibleText(name))), all.length > now.length ? h("option", { disabled: true }, t.moreSources(all.length - now.length)) : null);
        }
        logs = now;
        show(source, logs.length > 1);
      }
      const chosen = logs.findIndex((log) => log.source === view.source && log.member === view.member);
      const value = chosen < 0 ? "" : String(chosen);
      if (source.value !== value) source.value = value;

      if (state.hints !== before?.hints || view.hint !== before?.view.hint) {
        const found = state.hints.filter(({ id, rows }) => rows > 0 || id === view.hint);
        show(hints, found.length > 0);
        keepFocus(hintList, () => replace(hintList, found.map((hint) => h("button", {
          type: "button", class: "hint-chip", id: `hint-${hint.id}`, "aria-pressed": view.hint === hint.id ? "true" : "false", title: en.hints.filter(hint),
          on: { click: () => actions.narrow({ hint: view.hint === hint.id ? "" : hint.id }) },
        }, h("span", null, hint.label), h("b", null, number(hint.left))))));
      }

      if (view === before?.view && zone === before?.zone && state.files === before?.files) return;
      const { range, only } = view;
      const [from = "", to = ""] = range ? timesOf([range.from, range.to], zone) : [];
      const list = [
        ...only.map((one, at) => chip(at === 0 ? "chip-only" : `chip-only-${at}`, visibleText(t.only(one.field, one.value)), () => actions.narrow({ only: only.filter((other) => other !== one) }))),
        range ? chip("chip-range", t.range(from, endOfSpan(from, to)), () => actions.narrow({ range: null })) : null,
        view.source === null ? null : chip("chip-source", visibleText(logs[chosen]?.name ?? state.files[view.source]?.name ?? ""), () => actions.narrow({ source: null, member: "" })),
        view.hint === "" ? null : chip("chip-hint", t.hint(state.hints.find(({ id }) => id === view.hint)?.label ?? view.hint), () => actions.narrow({ hint: "" })),
      ].filter((one) => one !== null);
      show(chips, list.length > 0);
      keepFocus(chips, () => replace(chips, list, list.length > 0 && isNarrowed(view)
        ? h("button", { type: "button", class: "button link small", id: "clear-filters", on: { click: () => { actions.widen(); actions.focusGrid(); } } }, t.all) : null));
      setAttribute(stack, "data-stack", view.stack === "" ? null : view.stack);
    },
  };
}
