// What would be lost if the page were left, or all started over.

/** Whether starting over would lose what no file can bring back. @param {App.State} state */
export function hasWork({ note, tuning }) {
  return note.trim() !== "" || (tuning !== null && (tuning.entries.length > 0 || tuning.presets.some(({ enabled }) => enabled)));
}

/** Whether leaving the page would lose more than what a drop brings back at once. @param {App.State} state */
export function wouldLose(state) {
  return state.fatal === null && (state.phase === "reading" || hasWork(state));
}
