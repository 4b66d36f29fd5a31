//! Prints a rule as the Splunk search that it stands for.

use super::{Expr, Rule};

pub(super) const NOTES: &[&str] = &[
    "This is the search itself. It needs the data model Endpoint of the Common Information Model, filled by the add-on \
     for Sysmon, and the macros of Splunk's security content.",
    "The macro process_execution_via_wmi_filter is `search *` until a site changes it.",
];

/// The search in SPL, one command a line.
pub fn spl(rule: &Rule) -> String {
    let by: Vec<_> = rule.key.iter().map(|field| format!("Processes.{}", field.name())).collect();
    format!(
        "| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime \
         from datamodel=Endpoint.Processes where {} by {}\n\
         | `drop_dm_object_name(Processes)`\n\
         | `security_content_ctime(firstTime)`\n\
         | `security_content_ctime(lastTime)`\n\
         | `{}`",
        condition(&rule.filter),
        by.join(" "),
        rule.filter_macro,
    )
}

fn condition(expr: &Expr) -> String {
    let all = |parts: &[Expr], word: &str| {
        let parts: Vec<_> = parts.iter().map(condition).collect();
        format!("({})", parts.join(word))
    };
    match expr {
        Expr::Equals(field, value) => format!("Processes.{}={}", field.name(), literal(value)),
        Expr::And(parts) => all(parts, " AND "),
        Expr::Or(parts) => all(parts, " OR "),
        Expr::Not(part) => format!("NOT {}", condition(part)),
    }
}

/// A value of a search: bare when it is one plain word, else in double quotes.
fn literal(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Field;
    use crate::rule::wmi;

    #[test]
    fn prints_the_search_of_splunks_security_content() {
        expect_test::expect![[r#"
            | tstats `security_content_summariesonly` count min(_time) as firstTime max(_time) as lastTime from datamodel=Endpoint.Processes where Processes.parent_process_name=WmiPrvSE.exe by Processes.dest Processes.user Processes.parent_process Processes.process_name Processes.process Processes.process_id Processes.parent_process_id
            | `drop_dm_object_name(Processes)`
            | `security_content_ctime(firstTime)`
            | `security_content_ctime(lastTime)`
            | `process_execution_via_wmi_filter`"#]]
        .assert_eq(&spl(&wmi::RULE));
    }

    #[test]
    fn quotes_and_connects() {
        const PARTS: Expr = Expr::And(&[
            Expr::Or(&[Expr::Equals(Field::User, "a b"), Expr::Equals(Field::User, "c")]),
            Expr::Not(&Expr::Equals(Field::Process, r#"C:\x "y""#)),
        ]);
        assert_eq!(
            condition(&PARTS),
            r#"((Processes.user="a b" OR Processes.user=c) AND NOT Processes.process="C:\\x \"y\"")"#
        );
    }
}
