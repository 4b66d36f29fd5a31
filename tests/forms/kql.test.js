// The rule's two KQL forms in Microsoft's own language service for Kusto: it parses them and resolves each name and type
// against the tables that they read. Nothing here runs a query; no engine for Kusto can be had without its cloud.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInThisContext } from "node:vm";

const program = process.env.CLI;
if (!program) throw new Error("CLI is not set to the command line; run this test by `cargo xtask test forms`.");

// The service is written for pages, as scripts that share one global object.
const resolve = createRequire(import.meta.url).resolve;
for (const script of ["bridge.js", "Kusto.Language.Bridge.js"]) {
  runInThisContext(readFileSync(resolve(`@kusto/language-service-next/${script}`), "utf8"), { filename: script });
}
const { KustoCode } = /** @type {any} */ (globalThis).Kusto.Language;

/** The columns that the forms may use, with the types that Microsoft documents for the tables. */
const TABLES = {
  kql_defender: `let DeviceProcessEvents = datatable(Timestamp:datetime, DeviceName:string, ActionType:string, FileName:string,
    ProcessId:long, ProcessCommandLine:string, AccountDomain:string, AccountName:string, InitiatingProcessId:long,
    InitiatingProcessFileName:string, InitiatingProcessCommandLine:string)[];\n`,
  kql_sentinel: "let Event = datatable(TimeGenerated:datetime, Source:string, EventID:int, Computer:string, EventData:string)[];\n",
};

/** What the service has to say of a form. @param {keyof typeof TABLES} form @param {(text: string) => string} [change] @returns {string[]} */
function diagnostics(form, change = (text) => text) {
  const text = execFileSync(/** @type {string} */ (program), ["--rule", form], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const found = KustoCode.ParseAndAnalyze(TABLES[form] + change(text)).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
}

for (const form of /** @type {const} */ (["kql_defender", "kql_sentinel"])) {
  test(`${form} is valid`, () => assert.deepEqual(diagnostics(form), []));
  test(`${form} with a slip is not`, () => {
    assert.match(diagnostics(form, (text) => text.replace("count()", "cont()")).join(), /does not refer to any known function/);
    assert.match(diagnostics(form, (text) => text.replace("isempty(", "isempty(No")).join(), /does not refer to any known column/);
    assert.notDeepEqual(diagnostics(form, (text) => text.replace("| order by", "order by")), []);
  });
}
