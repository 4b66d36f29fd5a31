// One row of the table, of the rule's groups or of a stack.

import { cellValue, widthOf } from "../../state/columns.js";
import { present } from "../../state/files.js";
import { number, upTo } from "../../state/format.js";
import { fullTime, wholeSeconds } from "../../state/time.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h, replace, setAttribute, setVar } from "../dom.js";

/** Below this a tooltip helps; above it, the details do. Nor does a cell show more. */
const MOST_TITLE = 1000;

/** @param {Core.Row | Core.Stacked} item @returns {item is Core.Stacked} */
export const isStacked = (item) => "value" in item;

/** By what a row is known again. @param {Core.Row | Core.Stacked} item */
export const identity = (item) => (isStacked(item) ? item.value : item.group);

/** What a cell shows, by which it is known that it need not be drawn again. @param {Core.Row | Core.Stacked} item @param {import("../../state/columns.js").Column} column */
function face(item, { kind, name }) {
  if (isStacked(item)) return cellValue(item, name);
  if (kind === "tags") return item.hints.join();
  if (kind === "files") return JSON.stringify([item.source_count, item.sources]);
  return name === "count" ? `${item.count} ${item.passing} ${item.hidden}` : cellValue(item, name);
}

/** The logs of a row, exactly; the archive itself is named only where there are several files. @param {Core.Row} row @param {App.State} state */
export function sourceNames(row, { files }) {
  const several = present(files).length > 1;
  return row.sources.map(({ source, member }) => {
    const name = files[source]?.name ?? "";
    return member === null ? name : several ? `${name} \u00b7 ${member}` : member;
  });
}

/**
 * @param {Core.Row | Core.Stacked} item @param {import("../../state/columns.js").Column} column @param {App.State} state
 * @returns {{ content: import("../dom.js").Child | import("../dom.js").Child[], title: string }}
 */
function cell(item, column, state) {
  const t = en.table;
  const value = cellValue(item, column.name);
  switch (column.kind) {
    case "time":
      return value === ""
        ? { content: h("span", { class: "null" }, t.noTime), title: t.noTimeTitle }
        : { content: wholeSeconds(value, state.zone), title: `${fullTime(value, "utc")}\n${fullTime(value, "local")}` };
    case "tags": {
      // Until their words are known, no tag shows: an id would turn into another text under one's eyes.
      const found = isStacked(item) ? [] : (item.hints ?? []).flatMap((id) => state.hints.find((hint) => hint.id === id) ?? []);
      // As many as there is room for; a tag that is cut says something else than it means.
      let room = widthOf(column, state.columns) - 24;
      const shown = found.filter(({ label }, at) => {
        room -= label.length * 6.2 + 18;
        return at === 0 || room >= (at < found.length - 1 ? 26 : 0);
      });
      return {
        content: [...shown.map(({ label }) => h("span", { class: "hint-tag" }, label)),
          shown.length < found.length ? h("span", { class: "hint-tag more" }, en.hints.more(found.length - shown.length)) : null],
        title: found.map(({ label, why }) => `${label}: ${why}`).join("\n"),
      };
    }
    case "files": {
      if (isStacked(item)) return { content: "", title: "" };
      const names = sourceNames(item, state).map(visibleText);
      const more = item.source_count - names.length;
      return { content: item.source_count > 1 ? t.moreSources(names[0] ?? "", item.source_count - 1) : names[0] ?? "", title: [...names, ...(more > 0 ? [en.hints.more(more)] : [])].join("\n") };
    }
    default:
  }
  if (column.name === "count" && !isStacked(item)) {
    const part = item.passing < item.count;
    return {
      content: [part ? t.passing(item.passing, item.count) : number(item.count), h("span", { class: "narrow-only" }, ` ${t.eventWord(item.count)}`)],
      title: [part ? t.passingTitle(item.passing, item.count) : "", item.hidden > 0 ? t.hiddenHere(item.hidden) : ""].filter(Boolean).join("\n"),
    };
  }
  if (isStacked(item) && column.kind === "number") return { content: [number(Number(value)), h("span", { class: "narrow-only" }, ` ${(value === "1" ? en.stack.one : en.stack.head)[column.name] ?? ""}`)], title: "" };
  return { content: evidence(value, MOST_TITLE), title: visibleText(upTo(value, MOST_TITLE)) };
}

/** @typedef {{ columns: readonly import("../../state/columns.js").Column[], state: App.State }} Shown */

/** @param {Element} node @param {Core.Row | Core.Stacked} item @param {import("../../state/columns.js").Column} column @param {App.State} state */
function fill(node, item, column, state) {
  const { content, title } = cell(item, column, state);
  replace(/** @type {Element} */ (node.firstElementChild), content);
  setAttribute(node, "title", title || false);
}

/** A row that has no place yet. @param {Core.Row | Core.Stacked} item @param {Shown} shown */
export function drawRow(item, { columns, state }) {
  const group = isStacked(item) ? null : item.group;
  return h("div", {
    role: "row", class: isStacked(item) ? "row stacked" : "row", "data-group": group,
    "aria-selected": group !== null && state.details?.group === group ? "true" : "false",
  }, columns.map((column, at) => {
    const node = h("div", { role: "gridcell", class: `cell ${column.kind} c-${column.name}`, "data-column": at, "aria-colindex": at + 1 }, h("span", { class: "cell-text" }));
    fill(node, item, column, state);
    return node;
  }));
}

/** Draws those cells anew that say something else. @param {HTMLElement} row @param {Core.Row | Core.Stacked} before what it shows @param {Core.Row | Core.Stacked} item @param {Shown} shown */
export function updateRow(row, before, item, { columns, state }) {
  columns.forEach((column, at) => {
    const node = row.children[at];
    if (node && face(item, column) !== face(before, column)) fill(node, item, column, state);
  });
}

/** Gives a row its place among all. @param {HTMLElement} row @param {number} index @param {number} height of each row, in pixels */
export function placeRow(row, index, height) {
  setAttribute(row, "data-row", index);
  setAttribute(row, "aria-rowindex", index + 2);
  setVar(row, "--top", `${index * height}px`);
  [...row.children].forEach((cell, at) => setAttribute(cell, "id", `cell-${index}-${at}`));
}
