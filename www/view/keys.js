// The dialog that `?` opens.

import { en } from "../text/en.js";
import { createDialog } from "./dialog.js";
import { h } from "./dom.js";

export function createKeys() {
  const t = en.keys;
  return createDialog("keys", t.heading,
    h("dl", { class: "key-list" }, t.rows.map(([keys, what]) => h("div", null, h("dt", null, keys.map((key) => h("kbd", null, key))), h("dd", null, what)))));
}
