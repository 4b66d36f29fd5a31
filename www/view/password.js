// Asks for the password of an archive that could not be opened, in the row of its file.

import { en } from "../text/en.js";
import { h, setAttribute, setText } from "./dom.js";

/** @param {App.Actions} actions @param {number} source of which file @param {() => void} given a password was */
export function createPassword(actions, source, given) {
  const t = en.files.password;
  const field = h("input", { type: "password", id: `password-${source}`, class: "text-input code", autocomplete: "off", spellcheck: "false", "aria-describedby": `password-note-${source}` });
  const reveal = h("button", { type: "button", class: "button small", "aria-pressed": "false", on: { click: turn } }, t.show);
  const node = h("form", { class: "password", on: { submit } },
    h("label", { for: field.id }, t.label), field, reveal,
    h("button", { type: "submit", class: "button small primary" }, t.read),
    h("p", { class: "muted small", id: `password-note-${source}` }, t.note));

  /** Shows what was written, or hides it again. */
  function turn() {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    setAttribute(reveal, "aria-pressed", String(hidden));
    setText(reveal, hidden ? t.hide : t.show);
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (field.value === "") return field.focus();
    given();
    return actions.unlock(field.value);
  }

  return { node, focus: () => field.focus() };
}
