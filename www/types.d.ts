// The shapes that cross a boundary: what the core answers (Core) and what the page keeps (App).
// Ambient on purpose: a module that only needs a type imports nothing for it.

declare const __VERSION__: string;
declare const __BUILD__: string;

/** The core, as its glue defines it in a worker. */
declare const wasm_bindgen: {
  (init: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  Session: new () => Core.Session;
  Scan: {
    new (source: number, name: string, size: number, verify: boolean): Core.Scan;
    of_part(source: number, name: string, size: number, verify: boolean, head: Uint8Array, partBytes: number, index: number): Core.Scan;
  };
  plan(head: Uint8Array, size: number, partBytes: number): number;
  Hasher: new () => Core.Hasher;
};

declare namespace Core {
  interface Session {
    add_source(name: string, size: number): number;
    absorb(bytes: Uint8Array): void;
    is_misfit(source: number): boolean;
    restart(source: number): void;
    /** Of the sources only those that changed since the last call. */
    summary(): News;
    view(view: View): { rows: number; groups: number };
    rows(from: number, to: number): Row[];
    matches(group: number, from: number, to: number): MatchRef[];
    recall(group: number, index: number): Recall;
    export(format: string): string;
    neutralised(): number;
    reading_failed(source: number, bytes: number, reason: string): void;
    reading_stopped(source: number, bytes: number): void;
    set_sha256(source: number, hex: string): void;
    rule(): Rule;
  }
  interface Scan {
    want(): Range | undefined;
    push(bytes: Uint8Array): void;
    progress(): Progress;
    take(): Uint8Array;
    finish(): Uint8Array;
  }
  interface Recall {
    source(): number;
    want(): Range | undefined;
    push(bytes: Uint8Array): void;
    finish(): Evidence;
  }
  interface Hasher {
    push(bytes: Uint8Array): void;
    finish(): string;
  }
  interface Range { offset: number; length: number }
  interface View { sort: string; descending: boolean; search: string }
  interface Progress {
    bytes: number; format: string | null; records: number; process_creations: number;
    matches: number; unreadable: number; problems: number;
  }
  interface Summary {
    rule: Rule;
    totals: {
      records: number; process_creations: number; matches: number; groups: number; problems: number;
      unreadable: number; not_events: number; hidden?: number; shown?: number;
    };
    verdict: {
      groups: number; matches: number; hosts: number; users: number;
      firstTime: string | null; lastTime: string | null;
    };
    outcome: string;
    seen: {
      hosts: { name: string; count: number }[]; host_count: number;
      firstTime: string | null; lastTime: string | null;
    };
    events: EventKind[];
    sources: Source[];
  }
  type News = Omit<Summary, "sources"> & { sources: [number, Source][] };
  interface EventKind { channel: string | null; provider: string | null; event_id: number | string | null; count: number }
  interface Source {
    name: string; bytes: number; sha256: string | null; format: string; complete: boolean;
    records: number; process_creations: number; matches: number; unreadable: number; not_events: number;
    members: { name: string; format: string; bytes: number; records: number; process_creations: number; matches: number }[];
    problems: Problem[];
  }
  interface Problem { severity: string; code: string; where: string; message: string; next: string; count: number }
  interface Row {
    group: number; dest: string; user: string; parent_process: string; process_name: string; process: string;
    process_id: string; parent_process_id: string; count: number; firstTime: string | null; lastTime: string | null;
  }
  interface MatchRef {
    index: number; time: string | null; source: number; source_name: string; member: string | null;
    record_id: string | number | null; offset: number; length: number;
  }
  interface Evidence {
    locator: {
      source: number; source_name: string; member: string | null; record_id: string | number | null;
      offset: number; length: number;
    };
    clauses: { text: string; field: string; value: string | null; source_field: string | null; holds: boolean }[];
    cim: { name: string; value: string | null; source_field: string | null; key: boolean }[];
    system: { name: string; value: string | null }[];
    data: { name: string; value: string | null }[];
    raw: string;
    raw_form: string;
    marks: { start: number; end: number; field: string }[];
  }
  interface Rule {
    id: string; name: string; version: number | string; date: string; author: string; type: string; status?: string;
    description: string; search: string; technique: string; technique_name: string; tactic: string;
    kill_chain_phase: string; risk_score: number; impact: number; confidence: number; story: string;
    required_fields: string[]; known_false_positives: string; data_set: string; products: string[];
    key: string[]; limits: string[];
  }
}

declare namespace App {
  type Phase = "empty" | "reading" | "done";
  type FileStatus = "queued" | "reading" | "done" | "cancelled" | "crashed";
  type Zone = "utc" | "local";
  type Theme = "system" | "light" | "dark";
  type Step = "records" | "process_creations" | "matches" | "shown";

  interface Input { file: File; name: string }

  interface FileState {
    source: number; name: string; size: number; status: FileStatus;
    bytes: number; format: string | null; records: number; process_creations: number; matches: number;
    unreadable: number; problems: number;
    startedAt: number | null; endedAt: number | null; crash: string | null;
    hash: "none" | "pending" | "done" | "failed";
  }

  interface Details {
    group: number; row: Core.Row; matches: Core.MatchRef[]; index: number;
    evidence: Core.Evidence | null; error: string | null;
  }

  interface Toast { text: string; kind: "info" | "warning" | "error" }

  interface State {
    phase: Phase;
    files: FileState[];
    startedAt: number | null;
    endedAt: number | null;
    cancelled: boolean;
    /** The preference, and whether this result was read so. */
    verify: boolean;
    verified: boolean;
    summary: Core.Summary | null;
    rule: Core.Rule | null;
    revision: number;
    view: Core.View;
    rows: number;
    groups: number;
    details: Details | null;
    step: Step | null;
    filesOpen: boolean;
    zone: Zone;
    theme: Theme;
    dragging: boolean;
    toast: Toast | null;
    fatal: { title: string; text: string; next: string } | null;
  }

  /** What the views may ask for; main.js does it. */
  interface Actions {
    open(inputs: Input[]): void;
    pickFiles(): void;
    pickFolder(): void;
    sample(): void;
    cancel(): void;
    reset(): void;
    sort(column: string): void;
    search(text: string): void;
    window(view: Core.View, from: number, to: number): Promise<Window>;
    details(row: Core.Row): void;
    step(by: number): void;
    closeDetails(): void;
    copy(text: string, what: string): void;
    exportAs(format: "csv" | "json"): void;
    copyDiagnostics(): void;
    savePage(): void;
    zone(zone: Zone): void;
    theme(theme: Theme): void;
    verify(verify: boolean): void;
    openStep(step: Step | null): void;
    toggleFiles(): void;
    keys(): void;
    focusGrid(): void;
    dismissToast(): void;
  }

  interface Window { rows: number; groups: number; from: number; items: Core.Row[] }
}
