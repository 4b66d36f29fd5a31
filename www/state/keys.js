// What a key stands for.

/** The key without what Caps Lock makes of a letter. @param {KeyboardEvent} event */
export const typed = ({ key, shiftKey }) => (shiftKey || key.length !== 1 ? key : key.toLowerCase());
