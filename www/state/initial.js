// What the page holds before anything was dropped, and again after "Start over".

/** The default order of rows is the rule's: firstTime, then the key. @type {Readonly<Core.Query>} */
export const FIRST_VIEW = Object.freeze({
  sort: "firstTime", descending: false, search: "", stack: "", hint: "", source: null, member: "", range: null, only: Object.freeze([]),
});

/**
 * @param {App.Preferences} preferences
 * @returns {App.State}
 */
export function initialState(preferences) {
  return {
    phase: "empty",
    files: [],
    startedAt: null,
    endedAt: null,
    cancelled: false,
    verified: false,
    summary: null,
    rule: null,
    forms: [],
    revision: 0,
    derived: 0,
    view: { ...FIRST_VIEW },
    rows: 0,
    groups: 0,
    events: 0,
    tuning: null,
    undo: [],
    refused: null,
    hints: [],
    timeline: null,
    panel: null,
    details: null,
    step: null,
    filesOpen: false,
    note: "",
    waiting: [],
    dragging: false,
    toast: null,
    fatal: null,
    ...preferences,
  };
}

/** What of a state is a preference. @param {App.State} state @returns {App.Preferences} */
export function preferencesOf({ zone, theme, verify, density, columns, format, defang }) {
  return { zone, theme, verify, density, columns, format, defang };
}
