//! `dist/index.html`: the whole product in one file that works from a disk as from a web server.
//!
//! A page opened from disk may load neither modules, nor its siblings, nor a worker by name. So all of it stands
//! in one document: the styles and one classic script, which the content security policy admits by their hashes
//! and nothing else; and, as text blocks that no browser runs by itself, the module, the worker and the sample.

use std::fs;
use std::io::Write as _;
use std::num::NonZeroU64;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use lzma_rust2::{LzmaOptions, LzmaWriter};
use sha2::{Digest, Sha256};

use crate::run::{hex_sha256, node_tool, output, root, strict_output};
use crate::{base91, setup, supply, wasm};

/// Stands for the build's name until the hash of everything is known; as long as what replaces it.
const BUILD: &str = "@@BUILD_ID@@";

/// The parts of the page, each already as it will stand in the document.
#[derive(Debug, Default)]
pub struct Parts {
    pub template: String,
    pub style: String,
    pub script: String,
    pub worker: String,
    pub wasm: Vec<u8>,
    pub unpacker: Vec<u8>,
    pub sample: Vec<u8>,
    pub warm_evtx: Vec<u8>,
    pub warm_json: Vec<u8>,
}

/// How large the page may be: it is carried on sticks and opened over slow lines.
const MOST_BYTES: usize = 1_200_000;

/// Builds `dist/index.html` and gives its path.
pub fn dist() -> Result<PathBuf> {
    setup::for_build()?;
    let wasm::Wasm { module, glue, unpacker } = wasm::build()?;
    let www = |name: &str| {
        let path = root().join("www").join(name);
        fs::read(&path).with_context(|| format!("{} could not be read", path.display()))
    };
    let parts = Parts {
        template: String::from_utf8(www("index.html")?).context("www/index.html is not UTF-8")?,
        style: bundle("www/css/main.css", &[])?,
        script: bundle("www/main.js", &["--format=iife"])?,
        worker: format!("{}\n{}", shorten(&glue)?, bundle("www/worker/worker.js", &["--format=iife"])?),
        wasm: module,
        unpacker,
        sample: www("sample/sample.xml")?,
        warm_evtx: www("sample/warm.evtx")?,
        warm_json: www("sample/warm.jsonl")?,
    };
    let page = assemble(&parts)?;
    if page.len() > MOST_BYTES {
        bail!("dist/index.html would be {} bytes; it may have {MOST_BYTES}.", page.len());
    }

    let dist = root().join("dist");
    let path = dist.join("index.html");
    fs::create_dir_all(&dist).and_then(|()| fs::write(&path, &page)).context("dist/index.html")?;
    let hash = hex_sha256(&[page.as_bytes()]);
    let list = supply::of_page(&hash)?;
    fs::write(dist.join("sbom.cdx.json"), &list).context("dist/sbom.cdx.json")?;
    let sums = format!("{hash}  index.html\n{}  sbom.cdx.json\n", hex_sha256(&[list.as_bytes()]));
    fs::write(dist.join("SHA256SUMS"), sums).context("dist/SHA256SUMS")?;
    println!("sysmon_triage.wasm  {:>9} bytes", parts.wasm.len());
    println!("dist/index.html     {:>9} bytes", page.len());
    println!("sha256              {hash}");
    Ok(path)
}

/// One script or style sheet with everything it imports. Names are shortened, which takes 43 kB off the page; whoever needs
/// them for a stack trace builds the same bytes again without `--minify-identifiers`.
fn bundle(entry: &str, more: &[&str]) -> Result<String> {
    // A warning of the bundler is a fault of the source: a key that stands twice, a test that never holds.
    strict_output(
        node_tool("esbuild")
            .args([entry, "--bundle", "--log-level=warning", "--charset=utf8", "--legal-comments=none"])
            .args(["--minify-whitespace", "--minify-syntax", "--minify-identifiers", "--target=es2022"])
            .arg(format!("--define:__VERSION__=\"{}\"", version()?))
            .arg(format!("--define:__BUILD__=\"{BUILD}\""))
            .args(more),
    )
    .with_context(|| format!("{entry} could not be bundled"))
}

/// The product's version, which stands in its manifest.
fn version() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).context("Cargo.toml")?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    Ok(line.and_then(|line| line.split('"').next()).context("Cargo.toml names no version")?.to_owned())
}

/// The glue without its comments, blanks and inner names, which nobody wrote; its global keeps its name.
fn shorten(glue: &str) -> Result<String> {
    let path = crate::run::target_dir().join("page/glue.js");
    fs::write(&path, glue).context("target/page/glue.js")?;
    output(node_tool("esbuild").arg(&path).args(["--log-level=warning", "--charset=utf8", "--minify"]))
}

/// Puts the parts into the template.
pub fn assemble(parts: &Parts) -> Result<String> {
    let build = &hex_sha256(&[
        &parts.wasm,
        &parts.unpacker,
        parts.worker.as_bytes(),
        parts.script.as_bytes(),
        parts.style.as_bytes(),
        parts.template.as_bytes(),
        &parts.sample,
        &parts.warm_evtx,
        &parts.warm_json,
    ])[..BUILD.len()];
    let named = |text: &str| text.trim().replace(BUILD, build);
    let script = script_text("the page's script", &named(&parts.script))?;
    let worker = named(&parts.worker);
    let style = named(&parts.style);
    if style.to_ascii_lowercase().contains("</style") || style.contains('\r') {
        bail!("The styles hold text that ends the <style> element early, or a carriage return.");
    }
    let data = |id: &str, text: &str| format!("<script type=\"text/plain\" id=\"{id}\">{text}</script>");
    let blocks = [
        (
            "<!--csp-->",
            format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy(&script, &style)),
        ),
        ("<!--style-->", format!("<style>{style}</style>")),
        ("<!--wasm-->", data("wasm", &base91::encode(&gzip(&lzma(&parts.wasm)?)?))),
        ("<!--unpacker-->", data("unpacker", &base91::encode(&gzip(&parts.unpacker)?))),
        ("<!--worker-->", data("worker", &base91::encode(&gzip(worker.as_bytes())?))),
        ("<!--sample-->", data("sample", &base91::encode(&gzip(&parts.sample)?))),
        ("<!--warm-evtx-->", data("warm-evtx", &base91::encode(&gzip(&parts.warm_evtx)?))),
        ("<!--warm-json-->", data("warm-json", &base91::encode(&gzip(&parts.warm_json)?))),
        ("<!--script-->", format!("<script>{script}</script>")),
    ];
    fill(&parts.template, &blocks)
}

/// Replaces each placeholder, which must stand in the template exactly once. What was put in is not searched again.
fn fill(template: &str, blocks: &[(&str, String)]) -> Result<String> {
    let mut places = Vec::new();
    for (placeholder, text) in blocks {
        let mut found = template.match_indices(placeholder);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => places.push((at, *placeholder, text)),
            (None, _) => bail!("www/index.html lacks the placeholder {placeholder}."),
            (Some(_), Some(_)) => {
                bail!("www/index.html holds the placeholder {placeholder} more than once.")
            }
        }
    }
    places.sort_by_key(|&(at, ..)| at);
    let (mut page, mut from) = (String::new(), 0);
    for (at, placeholder, text) in places {
        page.push_str(&template[from..at]);
        page.push_str(text);
        from = at + placeholder.len();
    }
    page.push_str(&template[from..]);
    Ok(page)
}

/// Both browsers enforce it from disk as from a server, and a worker made from a blob inherits it. `connect-src
/// 'none'` is what makes "this page cannot make network requests" true.
fn policy(script: &str, style: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; worker-src blob:; style-src {}; img-src data:; \
         connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
         trusted-types app",
        hash(script),
        hash(style),
    )
}

/// JavaScript as it may stand inside a `<script>` element: inside JavaScript, `</script` and `<!--` occur only in
/// strings, templates and regular expressions, where `\/` and `\!` mean `/` and `!`.
fn script_text(what: &str, script: &str) -> Result<String> {
    let mut safe = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(at) = rest.find('<') {
        let (before, after) = rest.split_at(at + 1);
        safe.push_str(before);
        let starts =
            |text: &str| after.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text));
        if starts("/script") || starts("!--") {
            safe.push('\\');
        }
        rest = after;
    }
    safe.push_str(rest);
    // The parser of HTML turns CR into LF, so the text would not be the one that was hashed.
    if safe.contains('\r') || safe.contains('\0') || safe.to_ascii_lowercase().contains("<script") {
        bail!("{what} holds a carriage return, a NUL or `<script`, which may not stand in an inline script.");
    }
    Ok(safe)
}

/// The smallest gzip there is, as far as some seconds go: a twentieth less than zlib's best. Without a name
/// and a time in the header: the same bytes in, the same bytes out.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    const ROUNDS: NonZeroU64 = NonZeroU64::new(5).expect("five rounds");
    let options = zopfli::Options { iteration_count: ROUNDS, ..zopfli::Options::default() };
    let mut packed = Vec::new();
    zopfli::compress(options, zopfli::Format::Gzip, bytes, &mut packed).context("gzip")?;
    Ok(packed)
}

/// What `www/unpacker` unpacks: a quarter less than gzip of the core. It has no checksum, which the gzip around it has.
fn lzma(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut options = LzmaOptions::with_preset(9);
    // The window holds all of it. One that is no larger, as the page allocates it.
    options.dict_size = u32::try_from(bytes.len()).context("lzma")?.max(lzma_rust2::DICT_SIZE_MIN);
    options.nice_len = LzmaOptions::NICE_LEN_MAX;
    (options.lc, options.lp, options.pb) = (4, 0, 0);
    let mut packed =
        LzmaWriter::new_use_header(Vec::new(), &options, Some(bytes.len() as u64)).context("lzma")?;
    packed.write_all(bytes).context("lzma")?;
    packed.finish().context("lzma")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    const TEMPLATE: &str = "<head><!--csp--><!--style--></head><!--wasm--><!--unpacker--><!--worker--><!--sample--><!--warm-evtx--><!--warm-json--><!--script-->";

    fn parts() -> Parts {
        Parts {
            template: TEMPLATE.into(),
            style: "a{}".into(),
            script: "run('@@BUILD_ID@@', '<!--wasm-->')".into(),
            worker: "work()".into(),
            wasm: b"\0asm".to_vec(),
            unpacker: b"\0asm1".to_vec(),
            sample: b"<Event/>".to_vec(),
            warm_evtx: b"ElfFile".to_vec(),
            warm_json: b"{}".to_vec(),
        }
    }

    #[test]
    fn the_same_parts_give_the_same_page_and_other_parts_another_build() {
        let page = assemble(&parts()).unwrap();
        assert_eq!(page, assemble(&parts()).unwrap());
        let other = assemble(&Parts { wasm: b"\0asm2".to_vec(), ..parts() }).unwrap();
        let build = |page: &str| page.split("run('").nth(1).unwrap()[..12].to_owned();
        assert!(build(&page).bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(build(&page), build(&other));
    }

    #[test]
    fn what_is_packed_says_how_long_it_is_and_comes_back() {
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        let packed = lzma(&bytes).unwrap();
        assert!(packed.len() < bytes.len());
        // Where www/input/core.js looks for it.
        assert_eq!(packed[5..13], (bytes.len() as u64).to_le_bytes());
        let mut back = Vec::new();
        lzma_rust2::LzmaReader::new_mem_limit(&packed[..], u32::MAX, None)
            .unwrap()
            .read_to_end(&mut back)
            .unwrap();
        assert!(back == bytes);
    }

    #[test]
    fn the_policy_admits_the_script_that_stands_in_the_page() {
        let page = assemble(&parts()).unwrap();
        let script = page.rsplit_once("<script>").unwrap().1.strip_suffix("</script>").unwrap();
        assert!(page.contains(&BASE64.encode(Sha256::digest(script.as_bytes()))), "{page}");
        assert!(page.contains("connect-src 'none'"));
    }

    #[test]
    fn a_placeholder_inside_a_part_stays_text() {
        let page = assemble(&parts()).unwrap();
        assert!(page.contains(r", '<\!--wasm-->')"), "{page}");
    }

    #[test]
    fn a_template_without_a_placeholder_or_with_two_is_refused() {
        for (template, says) in
            [("<!--csp-->".to_owned(), "lacks"), (format!("{TEMPLATE}<!--csp-->"), "more than once")]
        {
            let error = assemble(&Parts { template, ..parts() }).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn script_text_cannot_end_its_element() {
        assert_eq!(script_text("it", "a</SCRIPT>b<!--c<é").unwrap(), r"a<\/SCRIPT>b<\!--c<é");
        assert!(script_text("it", "'<script>'").is_err());
        assert!(script_text("it", "a\r\nb").is_err());
    }
}
