// A case as a responder has it: logs of a few hosts over two hours, with harmless rows, bad ones and some of both.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventXml } from "./bad-input.js";

const HOSTS = ["WS-117.example.test", "WS-042.example.test", "SRV-DC01.example.test", "SRV-FILE02.example.test"];
const SYSTEM = "C:\\Windows\\System32\\";
export const CHILDREN = [
  { image: `${SYSTEM}cmd.exe`, command: "cmd.exe /Q /c whoami 1> \\\\127.0.0.1\\ADMIN$\\__1715000000.12 2>&1" },
  { image: `${SYSTEM}WindowsPowerShell\\v1.0\\powershell.exe`, command: "powershell.exe -NoP -NonI -W Hidden -Enc RwBlAHQALQBQAHIAbwBjAGUAcwBzAA==" },
  { image: `${SYSTEM}WerFault.exe`, command: "C:\\Windows\\system32\\WerFault.exe -u -p 5236 -s 312" },
  { image: `${SYSTEM}ipconfig.exe`, command: "ipconfig /all" },
  { image: `${SYSTEM}msiexec.exe`, command: "msiexec.exe /i agent.msi /qn" },
  { image: "C:\\Users\\alice\\AppData\\Local\\Temp\\tool.exe", command: "tool.exe --fetch http://files.example.com/a" },
];

/** @param {number} i @param {number} later in seconds */
function one(i, later = 0) {
  const child = CHILDREN[(i * 5 + (i >> 2)) % CHILDREN.length];
  return eventXml({ record: i + 1, second: ((i * i * 7) % 7200) + later, ...child, host: HOSTS[i % 7 === 0 ? 2 + (i % 2) : i % 2], user: i % 3 === 0 ? "NT AUTHORITY\\SYSTEM" : "EXAMPLE\\alice" });
}

/**
 * Two logs: 70 events of the work stations and 30 of the servers, some of which have rows in both; none is in both itself.
 * @param {string} folder @returns {Promise<string[]>}
 */
export async function makeCase(folder) {
  const logs = ["ws-sysmon.xml", "servers-sysmon.xml"].map((name) => join(folder, name));
  await writeFile(logs[0] ?? "", Array.from({ length: 70 }, (_, i) => one(i)).join("\n"));
  await writeFile(logs[1] ?? "", Array.from({ length: 30 }, (_, i) => one(i + 60, 1)).join("\n"));
  return logs;
}
