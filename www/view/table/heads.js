// The head of the table: a press sorts by a column, a drag of its edge makes it wider.

import { WIDTH_STEP, widthOf, withWidth } from "../../state/columns.js";
import { en } from "../../text/en.js";
import { h, replace, setAttribute, setVar } from "../dom.js";
import { icon } from "../icons.js";
import { createEdge } from "./edge.js";

/** @typedef {import("../../state/columns.js").Column} Column */

/** How much of the room a column that becomes wider on a wide screen takes. */
const WIDE = "9.5cqw";

/** How wide a column is on the screen; 0: it does not stand there. @param {string} name */
export const shownWidth = (name) => Math.round(document.getElementById(`head-${name}`)?.getBoundingClientRect().width ?? 0);

/** @param {App.Actions} actions @param {HTMLElement} grid @param {() => void} focus */
export function createHeads(actions, grid, focus) {
  const t = en.table;
  const row = h("div", { role: "row", class: "row head-row", "aria-rowindex": "1" });
  const node = h("div", { role: "rowgroup", class: "grid-head" }, row);
  /** @type {readonly Column[]} */
  let columns = [];
  /** @type {App.Columns} */
  let widths = { hidden: [], widths: {} };
  /** @type {{ column: Column, node: HTMLElement, zone: HTMLElement | null }[]} */
  let heads = [];

  /** What a column is at least, as CSS says it. @param {Column} column */
  function leastOf(column) {
    const width = widthOf(column, widths);
    return column.widest !== undefined && widths.widths[column.name] === undefined ? `clamp(${width}px, ${WIDE}, ${column.widest}px)` : `${width}px`;
  }

  function lay() {
    const least = columns.map(leastOf);
    const tracks = columns.map(({ grows, name }, at) => (grows && widths.widths[name] === undefined ? `minmax(${least[at]}, 1fr)` : least[at]));
    setVar(grid, "--columns", tracks.join(" "));
    setVar(grid, "--row-width", `calc(${least.join(" + ")})`);
  }

  /** @param {string} name @param {number} width */
  function widen(name, width) {
    widths = withWidth(widths, name, width);
    lay();
  }

  return {
    node,
    /** @param {string} name @param {number} direction */
    resize(name, direction) {
      const head = heads.find(({ column }) => column.name === name);
      if (!head) return;
      // A column that takes what room is left has its width on the screen only.
      const width = widths.widths[name] ?? shownWidth(name);
      widen(name, width + direction * WIDTH_STEP);
      actions.columns(widths);
    },
    /** @param {readonly Column[]} now @param {App.Columns} chosen @param {string} stack */
    set(now, chosen, stack) {
      widths = chosen;
      if (now.length !== columns.length || now.some((column, at) => column !== columns[at]) || heads.length === 0 || stack !== row.dataset.stack) {
        columns = now;
        setAttribute(row, "data-stack", stack);
        heads = columns.map((column, index) => {
          const { name, kind } = column;
          const label = stack === "" ? name : name === "value" ? stack : en.stack.head[name] ?? name;
          const zone = kind === "time" ? h("span", { class: "zone" }) : null;
          const head = h("div", { role: "columnheader", class: `cell head-cell ${kind}`, "aria-colindex": index + 1, "aria-sort": "none", id: `head-${name}` },
            h("button", { type: "button", tabindex: "-1", title: t.sortTitle(label), on: { click: () => { actions.sort(name); focus(); } } },
              h("span", { class: "head-text" }, label), zone, icon("up", "sort-mark")),
            createEdge(actions, column, () => widths, (width) => widen(name, width)));
          return { column, node: head, zone };
        });
        replace(row, heads.map((head) => head.node));
      }
      lay();
    },
    /** @param {Core.Query} view @param {App.Zone} zone */
    paint(view, zone) {
      for (const { column, node: head, zone: label } of heads) {
        if (label) replace(label, t.zone[zone]);
        setAttribute(head, "aria-sort", view.sort === column.name ? (view.descending ? "descending" : "ascending") : "none");
      }
    },
  };
}
