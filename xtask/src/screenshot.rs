//! `docs/screenshot.png`, made from the built page with its sample.

use anyhow::Result;

use crate::run::{command, root, run};
use crate::{page, setup};

pub fn screenshot() -> Result<()> {
    let page = page::dist()?;
    let browsers = setup::browsers()?;
    run(command("node")
        .arg("tests/browser/screenshot.js")
        .arg(root().join("docs/screenshot.png"))
        .env("PAGE", page)
        .envs(browsers.env()))
}
