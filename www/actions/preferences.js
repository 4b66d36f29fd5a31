// Preferences, the only thing that is stored. Nothing of a log is among them: no file names, no exclusions, no notes.

import { columnsFrom } from "../state/columns.js";

/** @param {string} key */
function read(key) {
  try {
    return localStorage.getItem(`sysmon-triage.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key */
function readJson(key) {
  try {
    return JSON.parse(read(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {keyof App.Preferences} key @param {string} value */
export function keep(key, value) {
  try {
    localStorage.setItem(`sysmon-triage.${key}`, value);
  } catch {
    // A browser that stores nothing: the preference lasts as long as the page.
  }
}

/**
 * @template {string} T
 * @param {string} key @param {readonly [T, ...T[]]} allowed the first one is the default
 * @returns {T}
 */
function oneOf(key, allowed) {
  const kept = read(key);
  return allowed.find((one) => one === kept) ?? allowed[0];
}

/** @returns {App.Preferences} */
export function keptPreferences() {
  return {
    zone: oneOf("zone", ["utc", "local"]),
    theme: oneOf("theme", ["system", "light", "dark"]),
    verify: read("verify") === "on",
    density: oneOf("density", ["comfortable", "compact"]),
    columns: columnsFrom(readJson("columns")),
    format: oneOf("format", ["csv", "json", "markdown", "html", "print"]),
    defang: read("defang") === "on",
  };
}

/** @param {App.Theme} theme */
export function paintTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
