//! A server for the built page, on this machine only.

use std::fs::File;

use anyhow::{Result, anyhow};
use tiny_http::{Header, Method, Response, Server};

use crate::page;

pub const DEFAULT_PORT: u16 = 8000;

/// Builds the page and serves it until it is interrupted. Port 0 takes any free one; so does a default port that
/// is in use.
pub fn serve(port: u16) -> Result<()> {
    let path = page::dist()?;
    let listen = |port: u16| Server::http(("127.0.0.1", port));
    let server = match listen(port) {
        Err(_) if port == DEFAULT_PORT => listen(0),
        other => other,
    }
    .map_err(|error| anyhow!("Port {port} can't be listened on: {error}. `--port 0` takes a free one."))?;
    println!("\nhttp://{}/    (Ctrl+C ends it)", server.server_addr());

    let header = |name: &str, value: &str| Header::from_bytes(name, value).expect("a fixed header is valid");
    for request in server.incoming_requests() {
        let wanted = request.url().split('?').next().unwrap_or_default();
        let known = matches!(wanted, "/" | "/index.html");
        let sent = match (request.method(), known) {
            (Method::Get | Method::Head, true) => match File::open(&path) {
                Ok(file) => request.respond(
                    Response::from_file(file)
                        .with_header(header("Content-Type", "text/html; charset=utf-8"))
                        .with_header(header("Cache-Control", "no-store")),
                ),
                Err(error) => request.respond(Response::from_string(error.to_string()).with_status_code(500)),
            },
            (Method::Get | Method::Head, false) => {
                request.respond(Response::from_string("not here; the page is /\n").with_status_code(404))
            }
            _ => request.respond(Response::from_string("only GET\n").with_status_code(405)),
        };
        if let Err(error) = sent {
            eprintln!("xtask: an answer could not be sent: {error}");
        }
    }
    Ok(())
}
