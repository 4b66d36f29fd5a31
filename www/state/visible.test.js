import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { visible, visibleText } from "./visible.js";

test("plain text is one piece", () => {
  assert.deepEqual(visible("cmd.exe /Q /c whoami"), [{ text: "cmd.exe /Q /c whoami", code: null, length: 20 }]);
  assert.deepEqual(visible(""), []);
});

test("a right-to-left override is named where it stands", () => {
  assert.deepEqual(visible("invoice\u202egnp.exe"), [
    { text: "invoice", code: null, length: 7 },
    { text: "\u2039U+202E\u203a", code: 0x202e, length: 1 },
    { text: "gnp.exe", code: null, length: 7 },
  ]);
});

test("controls become words", () => {
  assert.equal(visibleText("a\0b\nc\x7f"), "a\u2039NUL\u203ab\u2039LF\u203ac\u2039U+007F\u203a");
});

test("blanks that are not a space, zero width, tags and lone surrogates are named", () => {
  for (const hidden of ["\u00a0", "\u200b", "\u2066", "\ufeff", "\u00ad", "\u{e0041}", "\ud800", "\u3164", "\u0085", "\u180f", "\u2800", "\ufe0f", "\u{e0100}"]) {
    assert.match(visibleText(`a${hidden}b`), /^a\u2039U\+[0-9A-F]{4,6}\u203ab$/);
  }
});

test("letters, emoji and other scripts stay as they are", () => {
  for (const text of ["Zażółć", "пользователь", "用户", "🙂", "مستخدم"]) assert.equal(visibleText(text), text);
});

test("the raw event keeps its lines", () => {
  assert.deepEqual(visible("a\r\n\tb", { lines: true }), [{ text: "a\r\n\tb", code: null, length: 5 }]);
  assert.equal(visible("a\rb", { lines: true }).length, 3);
});

test("the core's reports name the same characters, of all that Unicode has assigned", async () => {
  const source = await readFile(new URL("../../src/visible.rs", import.meta.url), "utf8");
  const list = source.slice(source.indexOf("matches!(c,"), source.indexOf("#[cfg(test)]"));
  const ranges = [...list.matchAll(/'\\u\{(\w+)\}'(?:\.\.='\\u\{(\w+)\}')?/g)].map(([, first, last = first]) => [Number.parseInt(first, 16), Number.parseInt(last, 16)]);
  assert.ok(ranges.length > 20);
  const different = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    const isUnassigned = /^\p{Cn}$/u.test(character) && !/^\p{Noncharacter_Code_Point}$/u.test(character);
    if (isUnassigned || /^\p{Cs}$/u.test(character)) continue;
    const ofCore = ranges.some(([first, last]) => first <= code && code <= last) || (code & 0xfffe) === 0xfffe
      || /^(?:\p{Cc}|(?! )\p{White_Space})$/u.test(character);
    if (ofCore !== (visible(character)[0].code !== null)) different.push(code.toString(16));
  }
  assert.deepEqual(different, []);
});

test("a run of what can't be seen is counted", () => {
  assert.deepEqual(visible(`a${"\u200b".repeat(32_000)}b`), [
    { text: "a", code: null, length: 1 }, { text: "\u2039U+200B\u203a\u00d732000", code: 0x200b, length: 32_000 }, { text: "b", code: null, length: 1 },
  ]);
  assert.equal(visible("\0".repeat(3)).length, 3);
  assert.equal(visibleText("\u{e0041}".repeat(4)), "\u2039U+E0041\u203a\u00d74");
  // The last one of these belongs to the line's end.
  assert.equal(visible("a\r\r\nb", { lines: true }).length, 3);
  assert.deepEqual(visible("a\n\n\n\n\nb", { lines: true }).length, 1);
});

test("blanks at the ends of a value are labelled where that is asked for, those between words never", () => {
  assert.equal(visible("  a  b ", { ends: true }).map(({ text }) => text).join(""), "\u2423\u2423a  b\u2423");
  assert.deepEqual(visible("    ", { ends: true }), [{ text: "\u2423\u00d74", code: 0x20, length: 4 }]);
  assert.equal(visible("\0 a", { ends: true }).map(({ text }) => text).join(""), "\u2039NUL\u203a a");
  assert.equal(visibleText(" a "), " a ");
});
