//! Pictures of the built page: the README's, or every state to be looked at.

use std::path::PathBuf;

use anyhow::Result;

use crate::run::{command, root, run, target_dir};
use crate::{page, setup};

/// `docs/screenshot.png`, or with `all` a folder of them in `target/`.
pub fn screenshot(all: bool) -> Result<()> {
    let page = page::dist()?;
    let browsers = setup::browsers()?;
    let to: PathBuf = if all { target_dir().join("screenshots") } else { root().join("docs/screenshot.png") };
    run(command("node").arg("tests/browser/screenshot.js").arg(to).env("PAGE", page).envs(browsers.env()))
}
