// What the page holds before anything was dropped, and again after "Start over".

/** The default order of rows is the rule's: firstTime, then the key. */
export const FIRST_VIEW = Object.freeze({ sort: "firstTime", descending: false, search: "" });

/**
 * @param {Pick<App.State, "zone" | "theme" | "verify">} preferences
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
    revision: 0,
    view: { ...FIRST_VIEW },
    rows: 0,
    groups: 0,
    details: null,
    step: null,
    filesOpen: false,
    dragging: false,
    toast: null,
    fatal: null,
    ...preferences,
  };
}
