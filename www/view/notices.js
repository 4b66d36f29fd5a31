// What the page says beside its regions: the line for screen readers, the toast, the drop veil, and the
// message when nothing works.

import { present } from "../state/files.js";
import { totalProgress, wasStopped } from "../state/progress.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { h, replace, setText, show } from "./dom.js";
import { icon } from "./icons.js";

/** Screen readers hear of progress this often. */
const SAY_MS = 5000;

export function createStatus() {
  const node = h("div", { class: "offscreen", role: "status", "aria-live": "polite", id: "status" });
  let said = 0;
  return {
    node,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      if (state.phase === "reading" && before?.phase !== "reading") setText(node, en.say.reading(present(state.files).length));
      else if (state.phase === "reading" && performance.now() - said > SAY_MS) {
        const { share, matches } = totalProgress(present(state.files), state.startedAt, performance.now());
        setText(node, en.say.progress(Math.floor(share * 100), matches));
      // A small file may be read from one drawing to the next.
      } else if (state.phase === "done" && state.endedAt !== before?.endedAt && state.summary) {
        setText(node, `${wasStopped(state) ? `${en.say.cancelled} ` : ""}${en.say.done(state.summary)}`);
      } else if (state.phase === "empty") setText(node, "");
      else return;
      said = performance.now();
    },
  };
}

/** @param {App.Actions} actions */
export function createToast(actions) {
  const text = h("span", null);
  const mark = h("span", { class: "toast-icon" });
  const undo = h("button", { type: "button", class: "button small", id: "toast-undo", hidden: true, on: { click: () => { actions.undo(); actions.focusGrid(); } } }, icon("undo"), en.say.undo);
  const node = h("div", { class: "toast", role: "status", "aria-live": "polite" }, h("div", { class: "toast-body", hidden: true }, mark, text, undo,
    h("button", { type: "button", class: "button quiet square tiny", "aria-label": en.say.dismiss, title: en.say.dismiss, on: { click: () => actions.dismissToast() } }, icon("close"))));
  const box = /** @type {HTMLElement} */ (node.firstChild);
  return {
    node,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      if (state.phase === "empty" && !state.toast) setText(text, "");
      if (state.toast === before?.toast) return;
      show(box, state.toast !== null);
      // What gets the focus by keys is not scrolled behind it.
      document.documentElement.classList.toggle("has-toast", state.toast !== null);
      if (!state.toast) return;
      replace(mark, icon(state.toast.kind === "info" ? "check" : state.toast.kind));
      box.className = `toast-body ${state.toast.kind}`;
      // It may name a field of the log, a value or a file.
      setText(text, visibleText(state.toast.text));
      show(undo, state.toast.undo === true);
    },
  };
}

export function createVeil() {
  const node = h("div", { class: "veil", hidden: true, "aria-hidden": "true" },
    h("div", { class: "veil-box" }, icon("drop"), h("p", { class: "veil-title" }, en.drop), h("p", null, en.dropNote)));
  return {
    node,
    /** @param {App.State} state */
    update(state) {
      show(node, state.dragging);
    },
  };
}

export function createFatal() {
  const node = h("main", { class: "fatal", id: "fatal", hidden: true, role: "alert" });
  return {
    node,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      show(node, state.fatal !== null);
      if (!state.fatal || state.fatal === before?.fatal) return;
      replace(node, icon("error"), h("h1", null, state.fatal.title), h("p", null, visibleText(state.fatal.text)), h("p", null, state.fatal.next));
    },
  };
}
