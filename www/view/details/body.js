// The body of the details: the command line, and the event or why it can't be read.

import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h, keepFocus, replace, setAttribute } from "../dom.js";
import { icon } from "../icons.js";
import { eventSections } from "./event.js";
import { createFields } from "./fields.js";

/** So long the event before stays in view instead of flashing, in ms. */
const STAYS_MS = 150;

/**
 * @param {App.Actions} actions @param {import("../menu.js").Menu} menu @param {Node} context
 * @param {ReturnType<typeof import("./head.js").createHead>} head has the focus where nothing in the body has it any more
 */
export function createBody(actions, menu, context, head) {
  const t = en.details;
  const fields = createFields(actions, menu);
  const node = h("div", { class: "details-body" });
  /** Runs while what shows is of the event before, under the number of the next: nothing of it can be copied or asked for. */
  let stays = 0;
  node.addEventListener("click", (event) => { if (stays) event.stopPropagation(); }, true);
  /** What had the focus when its event went. */
  let left = "";

  function stayNoLonger() {
    clearTimeout(stays);
    stays = 0;
  }

  /** The event. The focus stays on the control that had it, if that is there again, else in the details. @param {App.Details} details @param {Core.Rule | null} rule */
  function draw({ row, evidence: event, error }, rule) {
    stayNoLonger();
    const at = document.activeElement;
    const had = at !== null && node.contains(at);
    const reads = event === null && error === null;
    if (had || reads) left = had ? at.id : "";
    setAttribute(node, "aria-busy", reads);
    keepFocus(node, () => replace(node,
      h("div", { class: "command" }, h("pre", { dir: "ltr", tabindex: "0" }, evidence(row.process)), fields.copyButton(row.process, "process")),
      error !== null
        ? h("div", { class: "banner bad", role: "alert" }, icon("error"), h("div", null, h("p", null, h("strong", null, t.failed), " ", evidence(error)), h("p", null, t.failedNext)))
        : event ? eventSections(actions, fields, context, event, rule) : h("p", { class: "muted busy" }, t.loading)));
    const now = document.activeElement;
    if (had && !node.contains(now) && !head.node.contains(now)) head.focus();
    if (!reads && left !== "" && document.activeElement === head.name) document.getElementById(left)?.focus({ preventScroll: true });
  }

  return {
    node,
    draw,
    /** Another event is on its way. @param {App.Details} details @param {Core.Rule | null} rule */
    drawSoon(details, rule) {
      stays ||= Number(setTimeout(() => draw(details, rule), STAYS_MS));
    },
    /** Nothing of a log is left. */
    forget() {
      stayNoLonger();
      node.replaceChildren();
    },
  };
}
