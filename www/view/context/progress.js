// How far the reading of a context has come, and what stops it.

import { share } from "../../state/context.js";
import { en } from "../../text/en.js";
import { h, setAttribute, setText, setVar } from "../dom.js";
import { icon } from "../icons.js";

/** @param {App.Actions} actions */
export function createProgress(actions) {
  const t = en.context;
  const words = h("span", { class: "grow muted small" });
  const bar = h("div", { class: "progress", role: "progressbar", "aria-label": t.progressLabel, "aria-valuemin": "0", "aria-valuemax": "100" }, h("div"));
  const stop = h("button", { type: "button", class: "button small", id: "context-stop", title: t.stopTitle, on: { click: () => actions.stopContext() } }, icon("close"), t.stop);
  const node = h("div", { class: "context-progress", hidden: true }, h("div", { class: "head" }, words, stop), bar);

  return {
    node,
    stop,
    /** @param {App.ContextProgress} told */
    tell(told) {
      const percent = Math.floor(share(told) * 100);
      setText(words, t.progress(percent, told.round));
      setAttribute(bar, "aria-valuenow", percent);
      setVar(bar, "--share", String(share(told)));
    },
  };
}
