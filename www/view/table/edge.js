// The edge of a column in the head of the table: a drag makes the column wider, a double press as wide as it was at first.

import { widthOf } from "../../state/columns.js";
import { en } from "../../text/en.js";
import { h } from "../dom.js";

/**
 * @param {App.Actions} actions @param {import("../../state/columns.js").Column} column
 * @param {() => App.Columns} widths of now @param {(width: number) => void} widen shows the column so wide
 */
export function createEdge(actions, column, widths, widen) {
  let from = 0;
  let width = 0;
  let held = false;
  const node = h("span", { class: "resize", "aria-hidden": "true", title: en.columns.resize(column.name), on: {
    pointerdown: (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      held = true;
      from = event.clientX;
      width = node.parentElement?.getBoundingClientRect().width ?? widthOf(column, widths());
      node.setPointerCapture(event.pointerId);
    },
    pointermove: (/** @type {PointerEvent} */ event) => {
      if (held) widen(width + event.clientX - from);
    },
    pointerup: () => {
      if (held) actions.columns(widths());
      held = false;
    },
    pointercancel: () => { held = false; },
    dblclick: () => {
      const now = widths();
      const others = Object.entries(now.widths).filter(([name]) => name !== column.name);
      actions.columns({ ...now, widths: Object.fromEntries(others) });
    },
  } });
  return node;
}
