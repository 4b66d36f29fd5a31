// Files that came later than a context: they may hold what it says is not there.

import { en } from "../../text/en.js";
import { h, setText, show } from "../dom.js";
import { icon } from "../icons.js";

/** @param {HTMLElement} status where it is said aloud */
export function createSince(status) {
  const words = h("p", null, "");
  const node = h("div", { class: "banner", id: "context-since", hidden: true }, icon("warning"), words);
  /** How many files there are, those that were taken out among them, and how many there were when the context was read. */
  let now = 0;
  let asked = 0;

  return {
    node,
    get files() {
      return now;
    },
    /** So many files are there now. @param {number} files @returns {boolean} whether it is another number */
    count(files) {
      const other = files !== now;
      now = files;
      return other;
    },
    /** The context was read when so many were there. @param {number} files */
    read(files) {
      asked = files;
    },
    /** One that is taken out takes the details along. @param {boolean} any whether there is a context */
    tell(any) {
      const added = any ? now - asked : 0;
      show(node, added > 0);
      const told = added > 0 ? en.context.since(added) : "";
      if (told !== "" && told !== words.textContent) setText(status, told);
      setText(words, told);
    },
  };
}
