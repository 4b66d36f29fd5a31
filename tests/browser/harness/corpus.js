// Real logs beside the checkout, what an independent program says about them, and what the command line says.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

export const CORPUS = resolve(process.env.CORPUS_DIR ?? "../shared/corpus");

/** For tests that cannot run without them: the reason to skip, or false. */
export const NO_CORPUS = existsSync(join(CORPUS, "expected"))
  ? false
  : `the real logs are not at ${CORPUS}; CORPUS_DIR names another folder`;

/** @param {string} name */
export const log = (name) => join(CORPUS, name);

/** What the independent program found. @param {string} name */
export async function expected(name) {
  return JSON.parse(await readFile(join(CORPUS, "expected", `${name}.json`), "utf8"));
}

/**
 * The command line's answer: what it printed, what it said, how it ended.
 * @param {string[]} args @param {string} folder where it runs @param {string} [made] when its report says that it was made
 * @returns {Promise<{ stdout: string, stderr: string, status: number }>}
 */
export function commandLine(args, folder, made) {
  const program = process.env.CLI;
  if (!program) throw new Error("CLI is not set to the command line; run these tests by `cargo xtask test browser`.");
  return new Promise((done) => {
    const env = made === undefined ? process.env : { ...process.env, SOURCE_DATE_EPOCH: String(Date.parse(made) / 1000) };
    execFile(program, args, { cwd: folder, env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      done({ stdout, stderr, status: error ? Number(error.code ?? -1) : 0 });
    });
  });
}

/**
 * The page's report is what the command line prints, byte for byte, but for the name of the build. When it was made is
 * the page's to say.
 * @param {string} exported @param {string[]} args @param {string} folder @param {string} [form]
 */
export async function assertSameReport(exported, args, folder, form = "json") {
  const says = form === "json" ? /"build": "(page [0-9a-f]{12})"\s*},\s*"made": "([^"]*)"/ : /\((page [0-9a-f]{12})\), at (\S+Z)/;
  const [, build, made] = says.exec(exported) ?? [];
  assert.ok(build && made, "the report says what made it when");
  assert.ok(Math.abs(Date.now() - Date.parse(made)) < 600_000, made);
  const told = await commandLine(["--format", form, ...args], folder, made);
  assert.equal(exported, told.stdout.replace("command line", build), told.stderr);
  return told;
}

/** The rows of a report by the names and the order of the expected ones. @param {any[]} groups */
export function comparable(groups) {
  const names = [
    "dest", "user", "parent_process", "process_name", "process", "process_id", "parent_process_id", "count",
    "firstTime", "lastTime",
  ];
  return groups
    .map((group) => JSON.stringify(Object.fromEntries(names.map((name) => [name, group[name] ?? null]))))
    .sort();
}
