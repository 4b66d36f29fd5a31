// One row: why it matched, every field, and the event itself, read again from its file.

import { createContext } from "./context.js";
import { createBody } from "./details/body.js";
import { createHead, timeOf } from "./details/head.js";
import { h, setText, show } from "./dom.js";

/** @param {App.Actions} actions @param {import("./menu.js").Menu} menu */
export function createDetails(actions, menu) {
  // Where the details cover the page, its first heading is covered too: this one stands in for it.
  const page = h("h1", { class: "offscreen page-heading" });
  const head = createHead(actions);
  const context = createContext(actions);
  const body = createBody(actions, menu, context.node, head);
  const node = h("aside", { class: "details", id: "details", hidden: true, "aria-labelledby": "details-title" }, page, head.node, body.node);

  return {
    node,
    focus: head.focus,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const { details } = state;
      context.update(state);
      show(node, details !== null && state.panel === "details");
      if (!details && before?.details) {
        head.forget();
        body.forget();
      }
      if (!details || state.panel !== "details") return;
      const old = before?.panel === "details" ? before.details : null;
      const turned = state.zone !== before?.zone;
      if (details === old && !turned && state.view === before?.view) return;
      // Only what has changed: while logs are read a group grows, and who reads or marks its event is not disturbed.
      const other = details.group !== old?.group;
      if (other) node.scrollTop = 0;
      setText(page, state.rule?.name ?? "");
      if (other || turned || timeOf(details) !== timeOf(old)) head.draw(details, state.zone);
      head.drawStepper(details, state.view);
      if (!other && details.evidence === old.evidence && details.error === old.error) return;
      if (other || details.evidence || details.error) body.draw(details, state.rule);
      else body.drawSoon(details, state.rule);
    },
  };
}
