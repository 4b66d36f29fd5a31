// The core in WebAssembly, in Node, without a browser's way of reading: `node core.js FOLDER LOG`, where FOLDER holds
// what wasm-bindgen wrote. Prints the four counts and the seconds.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder, path] = process.argv.slice(2);
if (!folder || !path) throw new Error("usage: node core.js FOLDER LOG");
vm.runInThisContext(`${readFileSync(join(folder, "sysmon_triage.js"), "utf8")}\nglobalThis.core = wasm_bindgen;`);
const { core } = globalThis;
core.initSync({ module: readFileSync(join(folder, "sysmon_triage_bg.wasm")) });

const start = performance.now();
const file = openSync(path, "r");
const { size } = fstatSync(file);
const session = new core.Session();
session.add_source(path, size);
const scan = new core.Scan(0, path, size, false);
const buffer = new Uint8Array(1 << 20);
for (let at; (at = scan.want_offset()) >= 0; ) {
  const count = readSync(file, buffer, 0, Math.min(scan.want_length(), buffer.length), at);
  if (count === 0) throw new Error("the file is shorter than it was");
  scan.push(buffer.subarray(0, count));
}
session.absorb(scan.finish());
closeSync(file);
const seconds = (performance.now() - start) / 1000;
const { totals } = JSON.parse(new TextDecoder().decode(session.export("json")));
console.log(totals.records, totals.process_creations, totals.matches, totals.groups, "seconds", seconds);
