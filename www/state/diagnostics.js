// What helps to mend the tool, without a word of the log and without the names of its files.

/**
 * @param {{ version: string, build: string, agent: string }} tool
 * @param {App.State} state
 */
export function diagnostics(tool, state) {
  return JSON.stringify({
    ...tool,
    phase: state.phase,
    cancelled: state.cancelled,
    verified: state.verified,
    files: state.files.map((file, index) => {
      const source = state.summary?.sources[index];
      return {
        file: index + 1,
        extension: /\.([A-Za-z0-9]{1,8})$/.exec(file.name)?.[1] ?? "",
        bytes: file.size,
        read: file.bytes,
        status: file.status,
        format: source?.format ?? file.format,
        complete: source?.complete ?? false,
        records: source?.records ?? file.records,
        process_creations: source?.process_creations ?? file.process_creations,
        matches: source?.matches ?? file.matches,
        unreadable: source?.unreadable ?? file.unreadable,
        crash: file.crash,
        // No messages and no places: both may quote the log or a member's name.
        problems: (source?.problems ?? []).map(({ severity, code, count }) => ({ severity, code, count })),
      };
    }),
  }, null, 2);
}
