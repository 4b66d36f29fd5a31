//! The architecture's rules, kept by a machine: who may import whom, and what may stand where.
//!
//! The rules are checked on the text, with comments and the insides of strings taken out. That is cruder than a
//! compiler, and enough: nobody here tries to get round them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::root;

/// Modules that everybody may use.
const LEAVES: &[&str] = &[
    "limits",
    "sets",
    "order",
    "problem",
    "locator",
    "time",
    "hash",
    "ids",
    "needle",
    "part",
    "passwords",
    "volumes",
    "fold",
    "keep",
    "visible",
];

/// The pipeline. A module imports only leaves and what stands before it here. A type stands before what yields it:
/// `event` before `source`, although the bytes reach it after.
const PIPELINE: &[&str] = &[
    "text", "detect", "event", "message", "source", "unpack", "intake", "process", "rule", "group", "tuning",
    "hints", "findings", "scan", "session", "recall", "context", "report", "export", "view",
];

/// What stands later in it, and still knows nothing of the other.
const STRANGERS: &[(&str, &str)] = &[("rule", "source")];

/// The two faces: they may import everything, and nothing may import them.
const FACES: &[&str] = &["wasm", "main"];

/// Crates of the browser's face.
const BROWSER_CRATES: &[&str] = &["wasm_bindgen", "js_sys", "web_sys", "serde_wasm_bindgen"];

/// Text that becomes markup or code. It may stand nowhere in `www/`.
const MARKUP: &[&str] = &[
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "setHTMLUnsafe",
    "createContextualFragment",
    "DOMParser",
    "srcdoc",
    "eval(",
    "new Function",
];

/// What makes a node.
const NODE_MAKERS: &[&str] = &[
    "createElement",
    "createTextNode",
    "createDocumentFragment",
    "cloneNode",
    "importNode",
    "new Text(",
    "new Option(",
];

/// A file that is longer has become two things.
const LONGEST_FILE: usize = 700;

/// The Rust tests: the names of the files, and the texts that say which of them are compiled.
struct TestFiles {
    names: Vec<String>,
    manifest: String,
    native: String,
}

impl TestFiles {
    fn of_checkout() -> Result<TestFiles> {
        let read = |name: &str| fs::read_to_string(root().join(name)).with_context(|| name.to_owned());
        let mut names = Vec::new();
        for entry in fs::read_dir(root().join("tests")).context("tests")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            names.extend(name.strip_suffix(".rs").map(str::to_owned));
        }
        names.sort();
        Ok(TestFiles { names, manifest: read("Cargo.toml")?, native: read("tests/native.rs")? })
    }
}

/// A file of tests that nothing names would never run.
fn untested(TestFiles { names, manifest, native }: &TestFiles) -> Vec<String> {
    let runs = |name: &&String| {
        native.lines().any(|line| line == format!("mod {name};"))
            || manifest.contains(&format!("path = \"tests/{name}.rs\""))
    };
    let forgotten = names.iter().filter(|name| !runs(name));
    forgotten
        .map(|name| format!("tests/{name}.rs:1: tests/native.rs does not name it, so it never runs"))
        .collect()
}

/// Checks the whole checkout.
pub fn tidy() -> Result<()> {
    let mut found = Vec::new();
    let mut files = 0;
    let mut look = |path: &Path| {
        let name = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let is_code = [".rs", ".js", ".css", ".html"].iter().any(|ending| name.ends_with(ending));
        if is_code && !name.contains("/fixtures/") {
            let text = fs::read_to_string(path).with_context(|| name.clone())?;
            files += 1;
            found.extend(check(&name, &text));
        }
        Ok(())
    };
    for dir in ["src", "www", "tests", "testlog", "xtask/src", "benches", "fuzz/fuzz_targets", "slim"] {
        walk(&root().join(dir), &mut look)?;
    }
    // Beside its own files the fuzzer's folder holds what the fuzzer made, and what was built of it.
    for path in paths_in(&root().join("fuzz"))?.iter().filter(|path| path.is_file()) {
        look(path)?;
    }
    if files == 0 {
        bail!("no file was found to check");
    }
    found.extend(untested(&TestFiles::of_checkout()?));
    if found.is_empty() {
        println!("tidy: {files} files keep the rules");
        return Ok(());
    }
    for violation in &found {
        println!("{violation}");
    }
    bail!("{} of the architecture's rules are broken", found.len());
}

fn walk(dir: &Path, visit: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
    for path in paths_in(dir)? {
        if path.is_dir() {
            walk(&path, visit)?;
        } else {
            visit(&path)?;
        }
    }
    Ok(())
}

/// What stands in a folder itself, in order.
fn paths_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("{}", dir.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// The rules that one file breaks, each as `file:line: sentence`.
fn check(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |line: usize, what: String| found.push(format!("{name}:{line}: {what}"));
    let lines = text.lines().count();
    if lines > LONGEST_FILE {
        say(lines, format!("the file has more than {LONGEST_FILE} lines; split it by topic"));
    }
    if let Some(path) = name.strip_prefix("src/") {
        check_rust(path, text, &mut say);
    } else if let Some(path) = name.strip_prefix("www/").filter(|path| path.ends_with(".js")) {
        check_script(path, text, &mut say);
    }
    found
}

fn check_rust(path: &str, text: &str, say: &mut dyn FnMut(usize, String)) {
    let code = blank(text, Language::Rust);
    let module = path.trim_end_matches(".rs").split('/').next().unwrap_or_default();
    if module != "wasm" {
        for krate in BROWSER_CRATES {
            for line in lines_with_word(&code, krate) {
                say(line, format!("only src/wasm.rs may name {krate}"));
            }
        }
    }
    if FACES.contains(&module) || module == "lib" {
        return;
    }
    let place = |module: &str| PIPELINE.iter().position(|one| *one == module);
    let (leaf, rank) = (LEAVES.contains(&module), place(module));
    if !leaf && rank.is_none() {
        say(1, format!("the module `{module}` has no place in the pipeline of xtask/src/tidy.rs"));
        return;
    }
    // Unit tests may build their input with anything.
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let depth = path
        .trim_end_matches("mod.rs")
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| !part.is_empty())
        .count();
    for (line, used) in crate_paths(code, depth) {
        if used == module || LEAVES.contains(&used.as_str()) && !leaf {
            continue;
        }
        if STRANGERS.contains(&(module, used.as_str())) {
            say(line, format!("`{module}` may not know `{used}`"));
        } else if FACES.contains(&used.as_str()) {
            say(line, format!("nobody may import `{used}`"));
        } else if LEAVES.contains(&used.as_str()) {
            // Leaves may lean on leaves that stand before them.
            let at = |module: &str| LEAVES.iter().position(|one| *one == module);
            if at(&used) > at(module) {
                say(line, format!("the leaf `{module}` may not import `{used}`, which stands after it"));
            }
        } else if leaf && place(&used).is_some() {
            say(line, format!("the leaf `{module}` may not import `{used}` of the pipeline"));
        } else if place(&used) > rank {
            say(line, format!("`{module}` may not import `{used}`, which comes after it in the pipeline"));
        }
    }
}

/// The crate's modules that the code names, with the line: `crate::a`, `crate::{a, b::c}` and, from a module at
/// `depth`, `super::a` where that leads to the root.
fn crate_paths(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let to_root = "super::".repeat(depth);
    for prefix in ["crate::", to_root.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                continue;
            }
            let line = line_of(code, at);
            for module in heads(&code[at + prefix.len()..]) {
                found.push((line, module));
            }
        }
    }
    found
}

/// The first names of what follows `crate::`.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = rest.strip_prefix('{') else {
        return Some(name(rest)).filter(|name| !name.is_empty()).into_iter().collect();
    };
    let (mut depth, mut start, mut heads) = (0, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                heads.push(name(&list[at..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

fn check_script(path: &str, text: &str, say: &mut dyn FnMut(usize, String)) {
    let code = blank(text, Language::JavaScript);
    for banned in MARKUP {
        for line in lines_with_word(&code, banned) {
            say(line, format!("`{banned}` turns text into markup or code; evidence is only ever text"));
        }
    }
    let is_test = path.ends_with(".test.js");
    if path != "view/dom.js" && !is_test {
        for maker in NODE_MAKERS {
            for line in lines_with_word(&code, maker) {
                say(line, format!("only view/dom.js makes nodes (`{maker}`)"));
            }
        }
    }
    if path != "worker/pool.js" && !is_test {
        for line in lines_with_word(&code, "Worker(") {
            say(line, "only worker/pool.js makes workers".to_owned());
        }
    }
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    for (line, import) in imports(text, &code) {
        let Some(target) = resolve(path, &import) else {
            if !(is_test && import.starts_with("node:")) {
                say(line, format!("`{import}` is no file of www/; the page ships no library"));
            }
            continue;
        };
        let to = target.split_once('/').map_or("", |(folder, _)| folder);
        let allowed = match folder {
            "state" => to == "state",
            "view" => ["view", "state", "text"].contains(&to),
            "text" => ["text", "state"].contains(&to),
            _ => true,
        };
        if !allowed && !is_test {
            say(line, format!("{folder}/ may not import {target}"));
        }
    }
}

/// What a script imports, with the line. Strings are blank in `code`, so their text comes from `text`.
fn imports(text: &str, code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, quote) in code.match_indices(['"', '\'']) {
        let before = code[..at].trim_end();
        let imported = ["from", "import", "import("].iter().any(|word| {
            before
                .strip_suffix(word)
                .is_some_and(|left| !left.ends_with(|c: char| c.is_alphanumeric() || c == '.'))
        });
        if imported && let Some(end) = text[at + 1..].find(quote) {
            found.push((line_of(code, at), text[at + 1..at + 1 + end].to_owned()));
        }
    }
    found
}

/// A relative import as a path inside `www/`; nothing when it is not relative or leaves the folder.
fn resolve(from: &str, import: &str) -> Option<String> {
    if !import.starts_with("./") && !import.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The lines where the word stands, not as a part of a longer one.
fn lines_with_word(code: &str, word: &str) -> Vec<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    code.match_indices(word)
        .filter(|(at, _)| {
            let longer_before = word.starts_with(part) && code[..*at].ends_with(part);
            // `createElement` is also meant as the beginning of `createElementNS`.
            let longer_after = word.ends_with(part)
                && !word.starts_with("create")
                && code[at + word.len()..].starts_with(part);
            !longer_before && !longer_after
        })
        .map(|(at, _)| line_of(code, at))
        .collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Language {
    Rust,
    JavaScript,
}

/// The same text, byte for byte as long, with comments and the insides of strings blank.
fn blank(text: &str, language: Language) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => find(bytes, at, b"\n"),
            b'/' if bytes[at..].starts_with(b"/*") => find(bytes, at + 2, b"*/") + 2,
            b'/' if language == Language::JavaScript && regex_may_start(&out[..at]) => {
                let end = regex_end(bytes, at);
                wipe(&mut out, at + 1, end - 1);
                at = end;
                continue;
            }
            b'r' if language == Language::Rust && raw_string(bytes, at).is_some() => {
                let (open, close) = raw_string(bytes, at).unwrap_or((at, Vec::new()));
                let end = find(bytes, open, &close);
                wipe(&mut out, open, end);
                at = end + close.len();
                continue;
            }
            b'\'' if language == Language::Rust => {
                // A character, or else a lifetime.
                let end = if bytes.get(at + 1) == Some(&b'\\') {
                    find(bytes, at + 3, b"'") + 1
                } else {
                    let width = text[at + 1..].chars().next().map_or(1, char::len_utf8);
                    if bytes.get(at + 1 + width) == Some(&b'\'') { at + width + 2 } else { at + 1 }
                };
                wipe(&mut out, at + 1, end.saturating_sub(1));
                at = end;
                continue;
            }
            // A template is text but for `${…}`, whose code is seldom more than a name.
            quote @ (b'"' | b'\'' | b'`') if quote == b'"' || language == Language::JavaScript => {
                let end = string_end(bytes, at, quote);
                wipe(&mut out, at + 1, end - 1);
                at = end;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        wipe(&mut out, at, end);
        at = end;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Blanks a range, but keeps line ends so that lines keep their numbers.
fn wipe(out: &mut [u8], from: usize, to: usize) {
    let to = to.min(out.len());
    for byte in out.get_mut(from..to).into_iter().flatten() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let tail = bytes.get(from..).unwrap_or_default();
    tail.windows(what.len().max(1)).position(|window| window == what).map_or(bytes.len(), |at| from + at)
}

fn string_end(bytes: &[u8], open: usize, quote: u8) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Where the inside of `r"…"` or `r#"…"#` begins, and what closes it.
fn raw_string(bytes: &[u8], at: usize) -> Option<(usize, Vec<u8>)> {
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'b' || bytes[at - 1] == b'_') {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    let close = [b"\"".as_slice(), "#".repeat(hashes).as_bytes()].concat();
    (bytes.get(at + 1 + hashes) == Some(&b'"')).then_some((at + 2 + hashes, close))
}

/// A slash divides after a value, and opens a regular expression anywhere else.
fn regex_may_start(before: &[u8]) -> bool {
    let code = String::from_utf8_lossy(before);
    let code = code.trim_end();
    let word = code.rsplit(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next().unwrap_or_default();
    if !word.is_empty() {
        return ["return", "typeof", "case", "of", "in", "yield", "await"].contains(&word);
    }
    !code.ends_with([')', ']', '}', '"', '\'', '`'])
}

fn regex_end(bytes: &[u8], open: usize) -> usize {
    let (mut at, mut class) = (open + 1, false);
    while at < bytes.len() && bytes[at] != b'\n' {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file breaks exactly the rules whose sentences hold these words.
    #[track_caller]
    fn breaks(name: &str, text: &str, words: &[&str]) {
        let found = check(name, text);
        assert_eq!(found.len(), words.len(), "{found:#?}");
        for (sentence, word) in found.iter().zip(words) {
            assert!(sentence.contains(word), "{sentence:?} does not say {word:?}");
        }
    }

    #[test]
    fn the_pipeline_is_imported_to_the_left() {
        breaks("src/rule/expr.rs", "use crate::process::Process;\nuse crate::limits::DEPTH;", &[]);
        breaks("src/source/xml.rs", "use crate::event::Event;\nuse super::Source;", &[]);
        breaks(
            "src/source/xml.rs",
            "\nuse crate::process::Process;",
            &["src/source/xml.rs:2: `source` may not import `process`"],
        );
        breaks("src/source/xml.rs", "use super::super::rule::Rule;", &["`source` may not import `rule`"]);
        breaks("src/group.rs", "fn f(x: &super::session::Session) {}", &["`group` may not import `session`"]);
        breaks(
            "src/text.rs",
            "use crate::{limits, event::{Event, x}, group};",
            &["import `event`", "import `group`"],
        );
    }

    #[test]
    fn leaves_lean_on_nothing_but_earlier_leaves() {
        breaks("src/locator.rs", "use crate::problem::Problem;", &[]);
        breaks(
            "src/limits.rs",
            "use crate::problem::Problem;",
            &["the leaf `limits` may not import `problem`"],
        );
        breaks("src/time.rs", "use crate::event::Event;", &["the leaf `time` may not import `event`"]);
    }

    #[test]
    fn a_module_must_have_a_place() {
        breaks("src/helpers.rs", "", &["`helpers` has no place"]);
    }

    #[test]
    fn nobody_imports_a_face_and_only_one_names_the_browser() {
        breaks("src/session.rs", "use crate::wasm::x;", &["nobody may import `wasm`"]);
        breaks(
            "src/session.rs",
            "use wasm_bindgen::prelude::*;",
            &["only src/wasm.rs may name wasm_bindgen"],
        );
        breaks("src/main.rs", "use js_sys::Array;", &["only src/wasm.rs may name js_sys"]);
        breaks("src/wasm.rs", "use wasm_bindgen::prelude::*; use crate::session::Session;", &[]);
    }

    #[test]
    fn comments_strings_and_unit_tests_are_not_code() {
        let text = "// crate::report\n/* crate::report */ const A: &str = \"crate::report\"; const B: &str = r#\"a\" crate::report\"#;\n\
                    const C: char = '\"'; fn f<'a>(_: &'a str) {}\n#[cfg(test)]\nmod tests { use crate::report::Report; }";
        breaks("src/event.rs", text, &[]);
        breaks("src/rule/wmi.rs", "use crate::source::xml;", &["`rule` may not know `source`"]);
        breaks("src/event.rs", "const C: char = '\"'; use crate::report::Report;", &["import `report`"]);
    }

    #[test]
    fn no_file_of_tests_is_forgotten() {
        let files = TestFiles {
            names: ["csv", "lost", "native", "wasm"].map(str::to_owned).to_vec(),
            manifest: "path = \"tests/native.rs\"\npath = \"tests/wasm.rs\"\n".to_owned(),
            native: "mod csv;\n// mod lost;\n".to_owned(),
        };
        assert_eq!(untested(&files), ["tests/lost.rs:1: tests/native.rs does not name it, so it never runs"]);
    }

    #[test]
    fn text_never_becomes_markup() {
        for banned in MARKUP {
            breaks("www/view/rows.js", &format!("x.{banned} = 1"), &["markup or code"]);
        }
        breaks("www/view/rows.js", "// innerHTML\nretrieval(x)", &[]);
        breaks("www/view/rows.js", "s.replace(/[\"/]/g, y); a.innerHTML = b; t(\"\")", &["markup or code"]);
    }

    #[test]
    fn nodes_and_workers_have_one_maker() {
        breaks("www/view/rows.js", "document.createElementNS(a, 'b')", &["only view/dom.js makes nodes"]);
        breaks("www/view/dom.js", "document.createElement('b')", &[]);
        breaks("www/main.js", "new Worker(url)", &["only worker/pool.js makes workers"]);
        breaks("www/worker/pool.js", "new Worker(url)", &[]);
    }

    #[test]
    fn scripts_import_as_the_architecture_says() {
        breaks("www/state/store.js", "import { a } from './groups.js'", &[]);
        breaks(
            "www/state/store.js",
            "import { a } from '../view/dom.js'",
            &["state/ may not import view/dom.js"],
        );
        breaks(
            "www/view/rows.js",
            "import {\n  a,\n} from \"../worker/pool.js\"",
            &["www/view/rows.js:3: view/ may not import worker/pool.js"],
        );
        breaks("www/view/rows.js", "import * as en from '../text/en.js'; import { h } from './dom.js'", &[]);
        breaks("www/main.js", "import 'react'", &["ships no library"]);
        breaks("www/main.js", "import './view/page.js'; import('./input/drop.js')", &[]);
        breaks("www/state/store.test.js", "import test from 'node:test'", &[]);
    }

    #[test]
    fn a_file_stays_short() {
        breaks("www/main.js", &"a()\n".repeat(LONGEST_FILE), &[]);
        breaks("src/rule/wmi.rs", &"\n".repeat(LONGEST_FILE + 1), &["more than 700 lines"]);
    }
}
