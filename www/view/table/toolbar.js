// What stands above the table: the search, the filters, how many rows there are, and the ways to columns and tuning.

import { COLUMNS, STACK_COLUMNS } from "../../state/columns.js";
import { en } from "../../text/en.js";
import { h, replace, setAttribute, setText } from "../dom.js";
import { icon } from "../icons.js";

/**
 * @param {App.Actions} actions
 * @param {{ filters: (Node | null)[], openColumns: () => void, toRows: () => void }} parts `toRows` goes from the search to the table
 */
export function createToolbar(actions, { filters, openColumns, toRows }) {
  const t = en.table;
  const search = h("input", {
    type: "search", id: "search", class: "search-input", placeholder: t.search, "aria-label": t.search, autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    on: {
      input: () => actions.search(search.value),
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" || event.key === "ArrowDown") {
          event.preventDefault();
          event.stopPropagation();
          toRows();
        }
      },
    },
  });
  const counted = h("span", null);
  // Where there is no room for it, it is there to be read aloud.
  const next = h("span", { class: "row-next" });
  const count = h("span", { class: "row-count", role: "status" }, counted, next);
  const sortSelect = h("select", { id: "sort-by", "aria-label": t.sortBy, on: { change: () => actions.sort(sortSelect.value) } });
  const sortTurn = h("button", { type: "button", class: "button square", "aria-label": t.sortBy, on: { click: () => actions.sort(sortSelect.value) } }, icon("up"));
  const tuning = h("button", { type: "button", class: "button", id: "open-tuning", title: en.tuning.openTitle, on: { click: () => actions.openTuning() } }, icon("filter"), en.tuning.open);
  const columns = h("button", { type: "button", class: "button", id: "open-columns", title: en.columns.title, on: { click: openColumns } }, icon("columns"), en.columns.open);
  const node = h("div", { class: "toolbar" },
    h("div", { class: "search" }, icon("search"), search, h("kbd", null, t.searchKey)),
    filters, count, h("span", { class: "grow" }),
    h("div", { class: "sort-narrow" }, sortSelect, sortTurn), columns, tuning);

  return {
    node,
    focusSearch() {
      search.focus();
      search.select();
    },
    /** Empties the search. @returns {boolean} whether there was one */
    clearSearch() {
      const any = search.value !== "";
      search.value = "";
      return any;
    },
    /** How many rows there are, of so many. @param {number} rows @param {number} of @param {string} stack */
    counts(rows, of, stack) {
      setText(counted, stack === "" ? t.rows(rows, of) : en.stack.values(rows, stack));
      setText(next, stack === "" ? "" : `. ${en.stack.next}`);
    },
    /** While reading, the status line speaks; this one would not stop. @param {boolean} reading */
    reads(reading) {
      setAttribute(count, "aria-live", reading ? "off" : "polite");
    },
    /** What rows can be sorted by. @param {string} stack @param {Core.Query} view */
    sortable(stack, view) {
      const sortable = stack === "" ? COLUMNS : STACK_COLUMNS;
      replace(sortSelect, sortable.map(({ name }) => h("option", { value: name }, name === "value" ? stack : name)));
      sortSelect.value = view.sort;
    },
    /** @param {Core.Query} view */
    paint(view) {
      sortSelect.value = view.sort;
      sortTurn.classList.toggle("turned", view.descending);
      const word = view.descending ? t.order.descending : t.order.ascending;
      setAttribute(sortTurn, "title", word);
      setAttribute(sortTurn, "aria-label", `${t.sortBy} ${view.sort}, ${word}`);
      if (search.value !== view.search && document.activeElement !== search) search.value = view.search;
    },
  };
}
