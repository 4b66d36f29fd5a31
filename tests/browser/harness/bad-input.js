// Input that no responder wants and every responder has, made when the tests run.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateRawSync, deflateSync } from "node:zlib";

/**
 * A Sysmon event as Splunk's XmlWinEventLog prints it.
 * @param {{ id?: number, record?: number, parent?: string, image?: string, command?: string, second?: number,
 *   provider?: string, host?: string, user?: string, day?: number }} [event] `day`: its first millisecond
 */
export function eventXml({
  id = 1, record = 1, parent = "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", image = "C:\\Windows\\System32\\cmd.exe",
  command = "cmd.exe /c whoami", second = 0, provider = "Microsoft-Windows-Sysmon", host = "ws1.example",
  user = "EXAMPLE\\analyst", day = Date.UTC(2024, 4, 1),
} = {}) {
  const time = `${new Date(day + (36_000 + second) * 1000).toISOString().slice(0, 19).replace("T", " ")}.123`;
  const data = {
    UtcTime: time, ProcessGuid: `{00000000-0000-0000-0000-${String(record).padStart(12, "0")}}`,
    ProcessId: String(1000 + record), Image: image, CommandLine: command, User: user,
    ParentProcessId: "800", ParentImage: parent, ParentCommandLine: `${parent} -secured -Embedding`,
  };
  const text = (/** @type {string} */ value) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    + `<Provider Name='${provider}' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>${id}</EventID>`
    + `<TimeCreated SystemTime='${time.replace(" ", "T")}000000Z'/><EventRecordID>${record}</EventRecordID>`
    + `<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>${host}</Computer></System><EventData>`
    + Object.entries(data).map(([name, value]) => `<Data Name='${name}'>${text(value)}</Data>`).join("")
    + "</EventData></Event>";
}

/** The same event as one line of evtx_dump's JSON. @param {number} record */
export function eventJson(record) {
  return JSON.stringify({
    Event: {
      System: {
        Provider: { "#attributes": { Name: "Microsoft-Windows-Sysmon" } },
        EventID: 1,
        TimeCreated: { "#attributes": { SystemTime: "2024-05-01T10:00:00.123456Z" } },
        EventRecordID: record,
        Channel: "Microsoft-Windows-Sysmon/Operational",
        Computer: "ws1.example",
      },
      EventData: {
        UtcTime: "2024-05-01 10:00:00.123", ProcessId: 1000 + record, Image: "C:\\Windows\\System32\\cmd.exe",
        CommandLine: "cmd.exe /c whoami", User: "EXAMPLE\\analyst", ParentProcessId: 800,
        ParentImage: "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", ParentCommandLine: "wmiprvse.exe",
      },
    },
  });
}

/** A zip with one stored member. @param {string} name @param {Buffer} data @param {{ encrypted?: boolean }} [options] */
export const zip = (name, data, options = {}) => zipOf([{ name, data, ...options }]);

/** A zip. @param {{ name: string, data: Buffer, encrypted?: boolean, deflated?: boolean }[]} members */
export function zipOf(members) {
  /** @type {Buffer[]} */
  const locals = [];
  /** @type {Buffer[]} */
  const centrals = [];
  let offset = 0;
  for (const { name, data, encrypted = false, deflated = false } of members) {
    const file = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); // version
    fields.writeUInt16LE(encrypted ? 1 : 0, 2); // flags
    fields.writeUInt16LE(deflated ? 8 : 0, 4);
    fields.writeUInt32LE(0x58a15000, 6); // time and date
    fields.writeUInt32LE(crc32 ? crc32(data) : crc(data), 10);
    const packed = deflated ? deflateRawSync(data) : data;
    // An encrypted member has twelve bytes of header before its data.
    const body = encrypted ? Buffer.concat([Buffer.alloc(12, 0x5a), packed.map((byte) => byte ^ 0xa5)]) : packed;
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(file.length, 22);
    const place = Buffer.alloc(16);
    place.writeUInt32LE(offset, 12);
    locals.push(Buffer.concat([Buffer.from("PK\x03\x04"), fields, file, body]));
    centrals.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields.subarray(0, 24), place, file]));
    offset += locals.at(-1)?.length ?? 0;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

/** For Node 20 before 20.15, which has no zlib.crc32. @param {Buffer} data */
function crc(data) {
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A picture of one pixel. */
function png() {
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const named = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, 255, 0, 0]))), chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Bytes that look random and are the same in every run. @param {number} length */
function noise(length) {
  let state = 0x2545f491;
  return Buffer.from(Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  }));
}

/**
 * Writes every kind of bad input that can be made from nothing into a folder. What each must lead to: the problem's
 * words, and how many matches are still found in it.
 * @param {string} folder
 */
export async function makeBadInput(folder) {
  await mkdir(folder, { recursive: true });
  const good = eventXml({ record: 1 });
  const last = eventXml({ record: 2, command: "cmd.exe /c the-end-of-it-is-missing" });
  const kinds = [
    { name: "empty.evtx", bytes: Buffer.alloc(0), matches: 0, says: /empty/i },
    { name: "random.bin", bytes: noise(200_000), matches: 0, says: /format|recogni|unknown|not a log/i },
    { name: "picture.evtx", bytes: png(), matches: 0, says: /format|recogni|unknown|PNG/i },
    { name: "encrypted.zip", bytes: zip("secret.evtx", noise(5000), { encrypted: true }), matches: 0, says: /encrypted|password/i },
    { name: "cut.xml", bytes: Buffer.from(`${good}\n${last.slice(0, last.length - 60)}`), matches: 1, says: /end|cut|incomplete|unfinished|truncated/i },
    { name: "broken-line.jsonl", bytes: Buffer.from(`${eventJson(1)}\n{"Event": {"System": oh no\n${eventJson(2)}\n`), matches: 2, says: /JSON|line/i },
    { name: "long-line.jsonl", bytes: Buffer.from(`${eventJson(1)}\n{"note": "${"x".repeat(10 << 20)}"}\n${eventJson(2)}\n`), matches: 2, says: null },
  ];
  for (const { name, bytes } of kinds) await writeFile(join(folder, name), bytes);
  return kinds.map(({ name, matches, says }) => ({ name, matches, says, path: join(folder, name) }));
}
