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
    of_part(source: number, name: string, size: number, verify: boolean, head: Uint8Array, start: number, end: number): Core.Scan;
  };
  Pass: {
    new (question: Uint8Array, source: number, name: string, size: number): Core.Pass;
    of_part(question: Uint8Array, source: number, name: string, size: number, head: Uint8Array, start: number, end: number): Core.Pass;
  };
  /** A text whose addresses nobody opens by accident. */
  defang(text: string): string;
  /** Which of these files are volumes of one. */
  joined(files: Core.Volume[]): Core.Joined[];
  Plan: new (head: Uint8Array, size: number, partBytes: number) => Core.Plan;
  Hasher: new () => Core.Hasher;
};

declare namespace Core {
  /** `head`: its first bytes, where it is asked about. */
  interface Volume { name: string; size: number; head?: number[] }
  /** A file that was cut into volumes; `files`: their places among those that were asked about, in order. */
  interface Joined { name: string; files: number[] }
  interface Plan {
    /** Less than zero: enough was read. */
    want_offset(): number;
    want_length(): number;
    push(bytes: Uint8Array): void;
    is_packed(): boolean;
    /** Where the parts begin; empty: the file can only be read at a stretch. */
    starts(): Float64Array;
  }
  interface Session {
    free(): void;
    add_source(name: string, size: number): number;
    add_joined(name: string, volumes: Volume[]): number;
    absorb(bytes: Uint8Array): void;
    /** Whether there is a row yet. */
    has_match(): boolean;
    is_misfit(source: number): boolean;
    restart(source: number): void;
    /** Of the sources only those that changed since the last call. */
    summary(): News;
    view(query: Query): Size;
    /** Stacked rows when the view is stacked. */
    rows(from: number, to: number): (Row | Stacked)[];
    matches(group: number, from: number, to: number): MatchRef[];
    match_count(group: number): number;
    /** By the word for the place of one of its events. */
    recall(group: number, at: string): Recall;
    recall_at(at: string): Recall;
    /** In UTF-8. */
    export(format: string, options?: ExportOptions): Uint8Array<ArrayBuffer>;
    /** By the last export. */
    neutralised(): number;
    tune(json: string): Tuning;
    tuning(): Tuning;
    timeline(buckets: number, query: Query): Timeline;
    hints(view: Query): HintCount[];
    rule_forms(): RuleForm[];
    remove(source: number): Uint32Array;
    reading_failed(source: number, bytes: number, reason: string, crashed: boolean): void;
    reading_stopped(source: number, bytes: number): void;
    set_sha256(source: number, hex: string): void;
    rule(): Rule;
  }
  interface Scan {
    /** One on each line. */
    set_passwords(lines: string): void;
    /** Less than zero: enough was read. */
    want_offset(): number;
    want_length(): number;
    push(bytes: Uint8Array): void;
    progress(): Progress;
    /** One that was not taken yet. */
    has_match(): boolean;
    take(): Uint8Array;
    finish(): Uint8Array;
  }
  interface Recall {
    /** One on each line. */
    set_passwords(lines: string): void;
    /** Less than zero: enough was read. */
    want_offset(): number;
    want_length(): number;
    push(bytes: Uint8Array): void;
    finish(): Evidence;
    context(minutes: number): Gathering;
  }
  interface Pass {
    /** One on each line. */
    set_passwords(lines: string): void;
    /** Less than zero: enough was read. */
    want_offset(): number;
    want_length(): number;
    push(bytes: Uint8Array): void;
    host_lives(): number;
    finish(): Uint8Array;
  }
  /** A context on its way. */
  interface Gathering {
    question(): Uint8Array;
    asks(source: number): boolean;
    absorb(bytes: Uint8Array): void;
    fail(name: string, reason: string): void;
    next_round(): boolean;
    answer(session: Session): Context;
  }
  interface List<T> { items: T[]; count: number | null; places: number | null }
  /** Another file that holds the same event. */
  interface Copy { locator: Evidence["locator"]; at: string }
  interface Context {
    host: string | null; process: Ran; linked_by: "guid" | "pid" | "nothing"; minutes: number;
    tree: List<Ran>; beside: List<Ran>; logon_by: "guid" | "id" | "service" | "unknown"; logon: List<Ran>;
    did: { kind: string; ids: number[]; logged: number; list: List<Happened> }[];
    wmi: List<Happened>; logons_logged: number; sysmon: [number, number][];
    truncated: boolean; complete: boolean; rounds: number; problems: string[];
    /** The page's: someone stopped it. */
    stopped?: boolean;
  }
  interface Ran {
    time: string | null; process_name: string; process: string; user: string; process_id: string | null; process_guid: string | null;
    parent_process_name: string; parent_process_id: string | null; parent_process_guid: string | null; matches: boolean;
    relation: "itself" | "parent" | "descendant" | "sibling" | "none";
    parent: number | null; depth: number; ended: string | null; locator: Evidence["locator"]; at: string; also?: Copy[];
  }
  interface Happened {
    time: string | null; event_id: number; provider: string; kind: string; same_logon: boolean;
    fields: { name: string; value: string }[]; locator: Evidence["locator"]; at: string; also?: Copy[];
  }
  interface Hasher {
    push(bytes: Uint8Array): void;
    finish(): string;
  }
  /** What the table shows: order, search, and what narrows it. */
  interface Query {
    sort: string; descending: boolean; search: string;
    stack: string; hint: string; source: number | null;
    /** Name of an archive member of the source; empty: all of it. */
    member: string;
    /** From inclusive, to exclusive. */
    range: { from: string; to: string } | null;
    /** Exactly these values: the rows of stacks that were chosen, one within the other. */
    only: readonly Only[];
    /** By which clock times are shown, where it matters to a search. */
    clock?: Offset[];
  }
  /** A value of a stack; the rest is the page's: how the stack was ordered, and in which row the value stood. */
  interface Only { field: string; value: string; sort: string; descending: boolean; row: number }
  /** So many minutes east of UTC from this millisecond on. */
  interface Offset { from: number; minutes: number }
  interface Size { rows: number; groups: number; events: number }
  /** For markdown and html; csv and json are exact and carry no note. */
  interface ExportOptions { note?: string; defang?: boolean; build: string; made: string }
  interface Progress {
    bytes: number; format: string | null; records: number; process_creations: number;
    matches: number; unreadable: number; problems: number;
  }
  interface Summary {
    rule: Rule;
    totals: {
      records: number; process_creations: number; matches: number; groups: number; problems: number;
      unreadable: number; not_events: number; hidden: number; shown: number; hidden_groups: number; shown_groups: number; incomplete: number;
    };
    verdict: {
      groups: number; matches: number; hosts: number; users: number;
      firstTime: string | null; lastTime: string | null;
    };
    outcome: "matches" | "all_hidden" | "no_match" | "no_process_creations" | "coverage_unknown" | "nothing_read";
    seen: {
      hosts: { name: string; count: number }[]; host_count: number;
      firstTime: string | null; lastTime: string | null;
    };
    events: EventKind[];
    sources: Source[];
  }
  type News = Omit<Summary, "sources"> & { sources: [number, Source][] };
  interface EventKind { channel: string | null; provider: string | null; event_id: number | string | null; process_creation: boolean | null; count: number }
  interface Source {
    name: string; bytes: number; sha256: string | null; format: string; complete: boolean;
    records: number; process_creations: number; matches: number; unreadable: number; not_events: number;
    members: { name: string; format: string; bytes: number; records: number; process_creations: number; matches: number }[];
    /** More of them, which are not listed. */
    members_left_out?: number;
    problems: Problem[];
    removed?: boolean;
  }
  interface Problem { severity: string; code: string; where: string; message: string; next: string; count: number }
  interface Row {
    group: number; dest: string; user: string; parent_process: string; process_name: string; process: string;
    process_id: string; parent_process_id: string; count: number; firstTime: string | null; lastTime: string | null;
    hints: string[];
    /** How many of its events the query lets pass. */
    passing: number;
    /** The logs that its events stand in, the first ones, and how many there are. */
    sources: { source: number; member: string | null }[]; source_count: number;
    /** Events of the group that the tuning hides; count is without them. */
    hidden: number;
  }
  /** In an export: where the shown events of a row lie, and how many are left out. */
  interface WithEvidence {
    count: number; evidence_left_out?: number;
    evidence?: { source: number; member?: string; record_id?: number | string; offset: number; length: number; time: string | null }[];
  }
  interface Stacked { value: string; groups: number; events: number; hosts: number; firstTime: string | null; lastTime: string | null }
  interface Hint { id: string; label: string; why: string }
  interface HintCount extends Hint { rows: number; events: number; /** rows with it that the other filters leave */ left: number }
  interface Timeline {
    from: string | null; to: string | null; stepMs: number; laneCount: number;
    /** Events without a time, which stand in no lane. */
    untimed: number;
    /** Events of each bar over all hosts, also those without a lane. */
    totals: number[];
    /** Most events first. */
    lanes: { dest: string; events: number; counts: number[] }[];
    /** The page's: nothing but the tuning keeps rows from it. */
    whole?: boolean;
  }
  interface Count { rows: number; events: number }
  /** One line of the tuning file. */
  interface Entry {
    mode: "exclude" | "include"; field: string; operator: string; value: string; note: string; enabled: boolean;
  }
  /** What `--tuning FILE` reads and the page imports and exports. */
  interface TuningFile { schema: string; entries: Entry[]; presets: string[] }
  interface Tuning {
    entries: (Entry & { hides: Count })[];
    presets: { id: string; name: string; why: string; enabled: boolean; hides: Count }[];
    fields: string[];
    operators: string[];
    hidden: Count;
    shown: Count;
    json: string;
    /** The macro, what goes into the where of tstats instead, and what can't be said. */
    splunk: { filter: string; where: string; notes: string[] };
  }
  interface RuleForm { id: string; name: string; text: string; notes: string[] }
  interface MatchRef {
    time: string | null; source: number; member: string | null;
    /** One word for its place. It begins with the number of its source. */
    at: string;
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
    hints?: Hint[];
  }
  interface Rule {
    id: string; name: string; version: number | string; date: string; author: string; type: string;
    description: string; search: string; technique: string; technique_name: string; tactic: string;
    kill_chain_phase: string; risk_score: number; impact: number; confidence: number; story: string;
    required_fields: string[]; known_false_positives: string; data_set: string; products: string[];
    key: string[]; limits: string[];
  }
}

declare namespace App {
  type Phase = "empty" | "reading" | "done";
  type FileStatus = "queued" | "reading" | "done" | "cancelled" | "crashed" | "removed";
  type Zone = "utc" | "local";
  type Theme = "system" | "light" | "dark";
  type Step = "records" | "process_creations" | "matches" | "hidden" | "shown";
  type Density = "comfortable" | "compact";
  type Format = "csv" | "json" | "markdown" | "html" | "print";
  type Panel = "details" | "tuning";

  /** A file, or what volumes are together: to workers only what can be copied is sent. */
  type Log = File | { name: string; size: number; lastModified: number; volumes: File[] };
  /** `unopened`: why there is nothing of it but its name. */
  /** `passwords`: with what it is tried if it is an encrypted archive, one on each line. */
  /** `volumes`: the files that it was joined from. */
  interface Input { file: Log; name: string; passwords?: string; unopened?: string; volumes?: Core.Volume[] }

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
    /** The word for the place of the event whose evidence it is. */
    at: string;
    /** When the event was; null also when that is not known yet. */
    time: string | null;
  }

  /** The first events of a group, and how many there are. */
  interface Listed { matches: Core.MatchRef[]; count: number }

  interface Toast { text: string; kind: "info" | "warning" | "error"; undo?: boolean }

  /** Which columns the table shows, and how wide those are whose width was changed. */
  interface Columns { hidden: string[]; widths: Record<string, number> }

  /** What is kept in the browser. Never anything of a log. */
  interface Preferences {
    zone: Zone; theme: Theme; verify: boolean; density: Density; columns: Columns; format: Format; defang: boolean;
  }

  interface State extends Preferences {
    phase: Phase;
    files: FileState[];
    startedAt: number | null;
    endedAt: number | null;
    cancelled: boolean;
    /** Whether this result was read so. */
    verified: boolean;
    summary: Core.Summary | null;
    rule: Core.Rule | null;
    forms: Core.RuleForm[];
    revision: number;
    /** The revision of which timeline and hints are. */
    derived: number;
    view: Core.Query;
    rows: number;
    groups: number;
    events: number;
    tuning: Core.Tuning | null;
    /** Tuning files before each change, the last one last. */
    undo: string[];
    /** Why the last imported tuning file was refused. */
    refused: string | null;
    hints: Core.HintCount[];
    timeline: Core.Timeline | null;
    /** What stands beside the table. */
    panel: Panel | null;
    details: Details | null;
    step: Step | null;
    filesOpen: boolean;
    note: string;
    /** Dropped onto a result, and not yet said what is to become of them. */
    waiting: Input[];
    dragging: boolean;
    toast: Toast | null;
    fatal: { title: string; text: string; next: string } | null;
  }

  interface Cell { field: string; value: string }

  interface ContextProgress { round: number; bytes: number; size: number }

  /** What the views may ask for; actions/ does it. */
  interface Actions {
    context(group: number, at: string, minutes: number, onProgress: (progress: ContextProgress) => void): Promise<Core.Context | null>;
    /** Ends it with what was found so far; false: there was none. */
    stopContext(): boolean;
    eventAt(at: string): Promise<Core.Evidence>;
    open(inputs: Input[]): void;
    decide(what: "add" | "anew" | "none"): void;
    pickFiles(): void;
    pickFolder(): void;
    sample(): void;
    cancel(): void;
    reset(): void;
    remove(source: number): void;
    retry(sources: number[]): void;
    /** Reads the encrypted archives once more, with this password too. */
    unlock(password: string): void;
    readOn(): void;
    sort(column: string): void;
    search(text: string): void;
    stack(field: string): void;
    unstack(item: Core.Stacked, row: number): void;
    narrow(patch: Partial<Pick<Core.Query, "hint" | "source" | "member" | "range" | "only">>): void;
    widen(): void;
    /** One step back out of what narrows the table. */
    back(): void;
    window(view: Core.Query, from: number, to: number): Promise<Window>;
    columns(columns: Columns): void;
    density(density: Density): void;
    details(row: Core.Row): void;
    step(by: number): void;
    closePanel(): void;
    openTuning(): void;
    tune(make: (file: Core.TuningFile) => Core.TuningFile, say: (tuning: Core.Tuning) => string): Promise<boolean>;
    cell(mode: Core.Entry["mode"], cell: Cell): void;
    showAll(): void;
    undo(): void;
    importTuning(file: File): void;
    exportTuning(): void;
    copy(text: string, what: string): void;
    report(): void;
    exportAs(format: Format): Promise<boolean>;
    note(text: string): void;
    format(format: Format): void;
    defang(defang: boolean): void;
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

  interface Window extends Core.Size { from: number; items: (Core.Row | Core.Stacked)[] }
}
