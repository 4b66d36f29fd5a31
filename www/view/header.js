// The bar at the top: what this is, that it is offline, and how times and colours are shown.

import { offsetAt, offsetLabel } from "../state/time.js";
import { en } from "../text/en.js";
import { h, replace, setAttribute, show } from "./dom.js";
import { icon } from "./icons.js";

const NEXT_THEME = /** @type {const} */ ({ system: "light", light: "dark", dark: "system" });
const THEME_ICON = /** @type {const} */ ({ system: "auto", light: "sun", dark: "moon" });

/** @param {App.Actions} actions @param {() => void} startOver */
export function createHeader(actions, startOver) {
  const t = en.header;
  const utc = h("button", { type: "button", id: "zone-utc", title: t.utcTitle, on: { click: () => actions.zone("utc") } }, t.utc);
  const local = h("button", { type: "button", id: "zone-local", title: t.localTitle(offsetLabel(offsetAt(null))), on: { click: () => actions.zone("local") } }, t.local);
  /** @type {App.Theme} */
  let theme = "system";
  const themeButton = h("button", { type: "button", id: "theme", class: "button quiet square", on: { click: () => actions.theme(NEXT_THEME[theme]) } });
  const keys = h("button", { type: "button", class: "button quiet square", id: "show-keys", title: t.keysTitle, "aria-label": t.keysTitle, on: { click: () => actions.keys() } }, icon("keys"));
  const add = h("button", { type: "button", class: "button", id: "add-logs", hidden: true, on: { click: () => actions.pickFiles() } }, icon("plus"), h("span", { class: "wide" }, t.add));
  const again = h("button", { type: "button", class: "button", id: "again", hidden: true, title: t.againTitle, on: { click: startOver } }, icon("again"), h("span", { class: "wide" }, t.again));
  setAttribute(add, "aria-label", t.add);
  setAttribute(again, "aria-label", t.again);

  const node = h("header", { class: "bar" },
    h("a", { class: "skip", tabindex: "0", role: "link", on: {
      click: () => actions.focusGrid(),
      keydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") { event.stopPropagation(); actions.focusGrid(); } },
    } }, en.skip),
    h("span", { class: "brand" }, h("span", { class: "logo" }, icon("logo")), en.product),
    h("span", { class: "chip offline", title: t.offlineTitle }, icon("shield"), h("span", { class: "wide" }, t.offline)),
    h("span", { class: "grow" }),
    add, again,
    h("div", { class: "segments", role: "group", "aria-label": t.zone }, utc, local),
    themeButton, keys);

  return {
    node,
    /** @param {App.State} state */
    update(state) {
      setAttribute(utc, "aria-pressed", state.zone === "utc" ? "true" : "false");
      setAttribute(local, "aria-pressed", state.zone === "local" ? "true" : "false");
      if (state.theme !== theme || !themeButton.firstChild) {
        theme = state.theme;
        replace(themeButton, icon(THEME_ICON[theme]));
        setAttribute(themeButton, "title", t.theme[theme]);
        setAttribute(themeButton, "aria-label", t.theme[theme]);
      }
      show(add, state.phase !== "empty");
      show(again, state.phase === "done");
    },
  };
}
