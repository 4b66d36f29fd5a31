//! Addresses written so that mail, chat and wiki programs make no links of them.
//!
//! What is changed, and nothing else:
//!
//! - the scheme of a link: `http://` and `https://` become `hxxp://` and `hxxps://`, `ftp://` becomes
//!   `fxp://`, in any case. Browsers take backslashes for slashes, and any number of them: so
//!   `http:\\host`, `http:/host` and JSON's `http:\/\/host` are links, too;
//! - the dots of a host behind it, or behind `://`, up to the first character that no host name has;
//! - the dots of an IPv4 address: four numbers from 0 to 255 that stand alone, or between `-` and `_`;
//! - the colons of an IPv6 address, which become `[:]`, and its dots: what `std::net` reads as one and
//!   belongs to what is given out (2000::/3), is local (fc00::/7, fe80::/10, `::1`), of a group (ff00::/8)
//!   or holds an IPv4 address (::ffff:0:0/96, 64:ff9b::/32, or its last four bytes with dots); behind
//!   `://[` or `@[` any. Port, zone and length of the network stay. So times, names such as
//!   `std::string`, GUIDs, and addresses of network cards stay as they are;
//! - the dots of a domain: labels of letters, digits, `-` and `_` that stand alone and end in a
//!   country's two letters ([`COUNTRIES`]) or in one of [`TOP_LEVEL`], or that begin with `www.`; behind `@`, as in
//!   mail, any. Names of files such as `cmd.exe` stay; so do
//!   host names of domains that do not exist outside, such as `pc.corp.local`, and what stands in a
//!   path behind one backslash or slash, such as `C:\Windows\Microsoft.NET\`, but for `\\?\UNC\`.
//!
//! Addresses written in other ways (one decimal number, percent signs) stay, and so do domains of all other endings: there are
//! more than a thousand.

mod ipv6;

use std::borrow::Cow;

/// The top-level domains of countries (ISO 3166, and `ac`, `eu`, `su`, `uk`).
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw \
    by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga \
    gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh \
    ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz \
    na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si \
    sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi \
    vn vu wf ws ye yt za zm zw";

/// Top-level domains beside the countries' that links are made of. Those that are as often a part of a program's names
/// (`security`, `services`) are not among them.
const TOP_LEVEL: &str = "academy aero agency app arpa art asia auction autos bar beauty best bet bid bike bio biz blog boats bond buzz \
    cam care casa casino cat center cfd chat cheap city click cloud club coffee com company cool coop credit cricket \
    cyou date deals dev digital dog download edu email energy expert express faith fish fit fun fyi gift global gold \
    golf gov group guide guru hair homes host icu info ink int jobs lat lgbt life limited link live loan lol love \
    ltd makeup market media men mil mobi moe mom money monster motorcycles mov museum name net network news ninja \
    observer one onion online ooo org page party photo pics plus pro pub quest racing red ren rest review rip rocks \
    run sale sbs science shop show site skin social solutions space store stream studio support surf systems team \
    tech tel tips today top town trade trading travel uno video vip wang watch web webcam website wiki win work \
    works world wtf xxx xyz yachts zip zone рф";

/// The text with its addresses defanged. Doing it twice changes nothing more.
pub fn defang(text: &str) -> String {
    let text = ipv6::bracketed(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    let mut in_link = false;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        let mut separator = separator(after);
        let scheme = if separator.is_empty() { None } else { scheme(name) };
        let safe = scheme.as_deref().unwrap_or(name);
        if in_link {
            out += &bracketed(safe);
        } else if !in_path(&out) && (is_domain(safe) || is_mail(&out) && is_host(safe)) {
            let from = safe.len() - safe.trim_start_matches('.').len();
            out += &safe[..from];
            out += &bracketed(&safe[from..]);
        } else {
            out.extend(safe.split_inclusive(['-', '_']).map(|part| match is_ipv4(part) {
                true => Cow::Owned(bracketed(part)),
                false => Cow::Borrowed(part),
            }));
        }
        if scheme.is_none() {
            separator = if after.starts_with("://") { "://" } else { "" };
        }
        in_link = false;
        if separator.is_empty() {
            let mut letters = after.chars();
            out.extend(letters.next());
            rest = letters.as_str();
        } else {
            out += separator;
            rest = &after[separator.len()..];
            in_link = length > 0;
            // `user:password@host`: the host comes behind it.
            let authority = rest.split(['/', '?', '#', ' ', '"', '\'', '\\']).next().unwrap_or_default();
            if let Some(at) = authority.rfind('@').filter(|_| in_link) {
                out += &rest[..=at].replace("[.]", ".").replace('.', "[.]");
                rest = &rest[at + 1..];
            }
        }
    }
    out
}

/// What stands between a scheme that browsers know and a host: a colon, and slashes of either kind.
fn separator(after: &str) -> &str {
    let slashes = after.strip_prefix(':').unwrap_or_default();
    let count = slashes.len() - slashes.trim_start_matches(['/', '\\']).len();
    if count > 0 { &after[..=count] } else { "" }
}

/// What comes next stands in a path: behind one separator. Behind two it is a host, and behind `\\?\UNC\`.
fn in_path(before: &str) -> bool {
    let unc = |start: &str| {
        let end = before.len().checked_sub(start.len()).and_then(|at| before.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(start))
    };
    if unc(r"\\?\UNC\") || unc(r"\\.\UNC\") {
        return false;
    }
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

/// What comes next stands behind the `@` of an address of mail.
fn is_mail(before: &str) -> bool {
    before.strip_suffix('@').and_then(|user| user.chars().next_back()).is_some_and(|c| !c.is_whitespace())
}

fn is_ipv4(name: &str) -> bool {
    let number = |part: &str| part.len() <= 3 && part.parse::<u8>().is_ok() && !part.starts_with('+');
    // A sentence may end behind it.
    let name = name.trim_end_matches(['.', '-', '_']);
    name.split('.').count() == 4 && name.split('.').all(number)
}

/// Several labels.
fn is_host(name: &str) -> bool {
    let name = name.trim_matches('.');
    name.contains('.') && name.split('.').all(|label| !label.is_empty())
}

fn is_domain(name: &str) -> bool {
    let Some((labels, last)) = name.trim_end_matches('.').rsplit_once('.') else { return false };
    let is = |known: &str| last.eq_ignore_ascii_case(known);
    let top = COUNTRIES.split(' ').chain(TOP_LEVEL.split(' ')).any(is)
        || last.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    let www = || {
        labels.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
            || labels.eq_ignore_ascii_case("www")
    };
    is_host(name) && (top || www())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::ProptestConfig;

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
            (r"http:\\evil.corp.local\x.com", r"hxxp:\\evil[.]corp[.]local\x.com"),
            (r"start HTTPS:/\u.x@host.local:8/", r"start hxxps:/\u[.]x@host[.]local:8/"),
            ("www.evil.zzz, WWW.c2.lol/a www.zzz", "www[.]evil[.]zzz, WWW[.]c2[.]lol/a www[.]zzz"),
            (
                "evil.museum evil.рф evil.xn--p1ai //evil.life/a",
                "evil[.]museum evil[.]рф evil[.]xn--p1ai //evil[.]life/a",
            ),
            (
                "evil.com... 8.8.8.8... *.evil.com .evil.com",
                "evil[.]com... 8[.]8[.]8[.]8... *.evil[.]com .evil[.]com",
            ),
            (
                r"\\?\UNC\evil.com\share\a.com \\.\unc\evil.com\x",
                r"\\?\UNC\evil[.]com\share\a.com \\.\unc\evil[.]com\x",
            ),
            ("mailto:a@corp.local a.b@pc.x.zzz", "mailto:a@corp[.]local a.b@pc[.]x[.]zzz"),
            (
                "10.0.0.1-10.0.0.254 x_10.0.0.1_y -10.0.0.1",
                "10[.]0[.]0[.]1-10[.]0[.]0[.]254 x_10[.]0[.]0[.]1_y -10[.]0[.]0[.]1",
            ),
            ("http:/pc.local ftp:///pc.local", "hxxp:/pc[.]local fxp:///pc[.]local"),
            (r#"{"url":"http:\/\/pc.local\/a.b"}"#, r#"{"url":"hxxp:\/\/pc[.]local\/a.b"}"#),
        ] {
            assert_eq!(defang(text), safe);
            assert_eq!(defang(safe), safe, "twice");
        }
    }

    #[test]
    fn what_is_no_address_stays() {
        for text in [
            "cmd.exe",
            "stage.js a.vb a.cs Thumbs.db www.",
            "@pc.corp.local a @ pc.corp.local",
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
            r"HKLM:\Software\x.local",
            r"C:\\x.local",
            "http: x.local",
        ] {
            assert_eq!(defang(text), text);
        }
    }

    #[test]
    fn ipv6_addresses() {
        for (text, safe) in [
            ("http://[2001:db8::1]/a.exe", "hxxp://[2001[:]db8[:][:]1]/a.exe"),
            ("http://u@[a::b]:8080/", "hxxp://u@[a[:][:]b]:8080/"),
            ("https://[::]/", "hxxps://[[:][:]]/"),
            ("http://[fe80::1%25eth0]/", "hxxp://[fe80[:][:]1%25eth0]/"),
            ("ping -6 FE80::ABCD%12", "ping -6 FE80[:][:]ABCD%12"),
            ("route add 2001:db8:1::/48 fd00::1", "route add 2001[:]db8[:]1[:][:]/48 fd00[:][:]1"),
            ("to [2606:4700::1111]:443.", "to [2606[:]4700[:][:]1111]:443."),
            ("connect ::ffff:10.0.0.1:80", "connect [:][:]ffff[:]10[.]0[.]0[.]1:80"),
            ("::ffff:7f00:1 ::1 ::10.0.0.1", "[:][:]ffff[:]7f00[:]1 [:][:]1 [:][:]10[.]0[.]0[.]1"),
            ("64:ff9b::102:304", "64[:]ff9b[:][:]102[:]304"),
            ("2001:0db8:0:0:0:0:0:1.", "2001[:]0db8[:]0[:]0[:]0[:]0[:]0[:]1."),
            ("-server:fe80::1, fe80::2: no", "-server:fe80[:][:]1, fe80[:][:]2: no"),
            ("add:fe80::1 fe80::1:x", "add:fe80[:][:]1 fe80[:][:]1:x"),
            ("fe80::1-fe80::9", "fe80[:][:]1-fe80[:][:]9"),
            (r"\\[fe80::1]\share", r"\\[fe80[:][:]1]\share"),
            ("fe80::1::2", "fe80[:][:]1::2"),
            ("x.fe80::1.x fe80::1.2.3.4", "x.fe80[:][:]1.x fe80[:][:]1[.]2[.]3[.]4"),
            ("fe80::1:2001::1", "fe80[:][:]1[:]2001[:][:]1"),
        ] {
            assert_eq!(defang(text), safe);
            assert_eq!(defang(safe), safe, "twice");
        }
    }

    #[test]
    fn what_is_no_ipv6_address_stays() {
        for text in [
            "12:30:45",
            "2026-11-26T12:30:45.123Z",
            "00:1A:2B:3C:4D:5E",
            "00:1a:2b:ff:fe:3c:4d:5e",
            "std::string a::b bad::f00d ::Add x::1",
            "[Convert]::FromBase64String [x]::Add(1)",
            r"\\.\root\cimv2:Win32_Process.Handle=1",
            r"Registry::HKEY_LOCAL_MACHINE\Software",
            "::{20D04FE0-3AEA-1069-A2D8-08002B30309D}",
            "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
            r"C:\a.txt::$DATA",
            "d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e",
            "1::2::3 :: ::: 1:2:3:4:5:6:7 fe80::1x fe80::g",
        ] {
            assert_eq!(defang(text), text);
        }
    }

    proptest::proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Of what is near to addresses and links.
        #[test]
        fn doing_it_twice_changes_nothing_more(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    ":", "::", "fe80", "2001", "1", "::1", "ffff", "10.0.0.1", ".", "[", "]", "/", "\\", "@", "http",
                    "x", "com", "%", " ", "http://", "[:]", "[.]",
                ]),
                0..16,
            ),
        ) {
            let safe = defang(&parts.concat());
            proptest::prop_assert_eq!(defang(&safe), safe);
        }
    }
}
