//! Addresses written so that mail, chat and wiki programs make no links of them.
//!
//! What is changed, and nothing else:
//!
//! - the scheme of a link: `http://` and `https://` become `hxxp://` and `hxxps://`, `ftp://` becomes
//!   `fxp://`, in any case;
//! - the dots of a host behind `://`, up to the first character that no host name has;
//! - the dots of an IPv4 address: four numbers from 0 to 255 that stand alone;
//! - the dots of a domain: labels of letters, digits, `-` and `_` that stand alone and end in a
//!   country's two letters or in one of [`TOP_LEVEL`]. Names of files such as `cmd.exe` stay; so do
//!   host names of domains that do not exist outside, such as `pc.corp.local`, and what stands in a
//!   path behind one backslash or slash, such as `C:\Windows\Microsoft.NET\`.
//!
//! IPv6 addresses and addresses written in other ways (decimal numbers, percent signs) stay.

/// Top-level domains beside the countries' that links are made of.
const TOP_LEVEL: &[&str] = &[
    "com",
    "net",
    "org",
    "info",
    "biz",
    "edu",
    "gov",
    "mil",
    "int",
    "app",
    "arpa",
    "asia",
    "bid",
    "blog",
    "cat",
    "click",
    "cloud",
    "club",
    "cyou",
    "date",
    "dev",
    "digital",
    "download",
    "email",
    "fun",
    "group",
    "host",
    "icu",
    "link",
    "live",
    "loan",
    "media",
    "mobi",
    "monster",
    "mov",
    "name",
    "network",
    "news",
    "one",
    "onion",
    "online",
    "page",
    "party",
    "pro",
    "rest",
    "review",
    "run",
    "sbs",
    "shop",
    "site",
    "solutions",
    "space",
    "store",
    "stream",
    "support",
    "systems",
    "tech",
    "tel",
    "today",
    "top",
    "trade",
    "travel",
    "vip",
    "website",
    "wiki",
    "win",
    "work",
    "world",
    "xxx",
    "xyz",
    "zip",
    "zone",
];

/// The text with its addresses defanged. Doing it twice changes nothing more.
pub fn defang(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut in_link = false;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        let scheme = if after.starts_with("://") { scheme(name) } else { None };
        match scheme {
            Some(scheme) => out += &scheme,
            None if in_link || is_ipv4(name) || !in_path(&out) && is_domain(name) => out += &bracketed(name),
            None => out += name,
        }
        in_link = false;
        if let Some(behind) = after.strip_prefix("://") {
            out += "://";
            rest = behind;
            in_link = length > 0;
            // `user:password@host`: the host comes behind it.
            let authority = rest.split(['/', '?', '#', ' ', '"', '\'', '\\']).next().unwrap_or_default();
            if let Some(at) = authority.rfind('@').filter(|_| in_link) {
                out += &rest[..=at].replace("[.]", ".").replace('.', "[.]");
                rest = &rest[at + 1..];
            }
        } else {
            let mut letters = after.chars();
            out.extend(letters.next());
            rest = letters.as_str();
        }
    }
    out
}

/// What comes next stands in a path: behind one separator. Behind two it is a host.
fn in_path(before: &str) -> bool {
    let mut back = before.chars().rev();
    let mut separator = || back.next().is_some_and(|c| c == '\\' || c == '/');
    separator() && !separator()
}

/// What stands in a host name.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// The scheme of a link, defanged; what stands before it stays.
fn scheme(name: &str) -> Option<String> {
    let known = [("https", "hxxps"), ("http", "hxxp"), ("ftp", "fxp")];
    known.iter().find_map(|(scheme, safe)| {
        let from = name.len().checked_sub(scheme.len()).filter(|from| name.is_char_boundary(*from))?;
        name[from..].eq_ignore_ascii_case(scheme).then(|| format!("{}{safe}", &name[..from]))
    })
}

/// A dot at the end is the sentence's.
fn bracketed(name: &str) -> String {
    let address = name.trim_end_matches('.');
    address.replace('.', "[.]") + &name[address.len()..]
}

fn is_ipv4(name: &str) -> bool {
    let number = |part: &str| part.len() <= 3 && part.parse::<u8>().is_ok() && !part.starts_with('+');
    // A sentence may end behind it.
    let name = name.strip_suffix('.').unwrap_or(name);
    name.split('.').count() == 4 && name.split('.').all(number)
}

fn is_domain(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let Some((labels, last)) = name.rsplit_once('.') else { return false };
    let country = last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    let top = country || TOP_LEVEL.iter().any(|known| last.eq_ignore_ascii_case(known));
    top && labels.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_addresses_and_domains() {
        for (text, safe) in [
            ("http://evil.example/a.exe", "hxxp://evil[.]example/a.exe"),
            ("IEX('HTTPS://a.b:8080/x.ps1')", "IEX('hxxps://a[.]b:8080/x.ps1')"),
            ("ftp://10.0.0.1/", "fxp://10[.]0[.]0[.]1/"),
            ("xhttp://u.x:p@evil.com/", "xhxxp://u[.]x:p@evil[.]com/"),
            ("ldap://h.local/x", "ldap://h[.]local/x"),
            (r"\\127.0.0.1\ADMIN$\__1556656369.7", r"\\127[.]0[.]0[.]1\ADMIN$\__1556656369.7"),
            ("ping 8.8.8.8.", "ping 8[.]8[.]8[.]8."),
            ("evil.com, www.evil.co.uk", "evil[.]com, www[.]evil[.]co[.]uk"),
            (r"\\evil.com\share\a.com", r"\\evil[.]com\share\a.com"),
            ("a@evil.ru", "a@evil[.]ru"),
            ("www.bücher.de", "www[.]bücher[.]de"),
            ("http://", "hxxp://"),
        ] {
            assert_eq!(defang(text), safe);
            assert_eq!(defang(safe), safe, "twice");
        }
    }

    #[test]
    fn what_is_no_address_stays() {
        for text in [
            "cmd.exe",
            "10.0.19041.746",
            "1.2.3",
            "System.Net.WebClient",
            r"C:\Windows\Microsoft.NET\Framework",
            "/usr/share/perl5/a.pl",
            "pc.corp.local",
            "...",
            "a..com",
            "://x.y",
            "é.",
            "",
        ] {
            assert_eq!(defang(text), text);
        }
    }
}
