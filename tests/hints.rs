//! What a hint is given for, and what for not.

use std::time::Instant;

use sysmon_triage::group::{Facts, Key, Values};
use sysmon_triage::hints::{self, Hints};

fn key(user: &str, process_name: &str, process: &str) -> Key {
    Key::new(["H", user, "wmiprvse.exe", process_name, process, "1", "2"])
}

/// The hints of a command line alone.
fn of_command(process: &str) -> Vec<&'static str> {
    Hints::of(Values { key: &key(r"H\u", "x.exe", process), facts: &Facts::default() }).ids()
}

#[track_caller]
fn check(process: &str, expected: &[&str]) {
    assert_eq!(of_command(process), expected, "{process}");
}

#[test]
fn encoded_powershell() {
    const BASE64: &str = "SQBFAFgAIAAoACcAYQAnACkA";
    for command in [
        "powershell -enc {}",
        "powershell.exe -e {}",
        "POWERSHELL -NoP -EncodedCommand {}",
        r#""C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" /enc "{}""#,
        "cmd /c pwsh -ec {}",
        "powershell \u{2013}EncodedC {}",
        "cmd /c powershell -^e^n^c {}",
        "powershell --encod {}",
        "powershell -\"e\"nc {}",
    ] {
        check(&command.replace("{}", BASE64), &["encoded_powershell"]);
    }
    for command in [
        "powershell -ExecutionPolicy bypass",
        "powershell -ex {}",
        "powershell -ep {}",
        "powershell -e",
        "powershell -e short",
        "powershell -e C:\\some\\script.ps1",
        "other.exe -enc {}",
        "powershell -encodedcommands {}",
        "powershell encodedcommand {}",
    ] {
        check(&command.replace("{}", BASE64), &[]);
    }
    // The name of the file is enough, whatever the command line calls itself.
    let renamed = key(r"H\u", "svc.exe", &format!("-e {BASE64}"));
    let facts = Facts { original_file_name: Some("PowerShell.EXE".into()), ..Facts::default() };
    assert_eq!(Hints::of(Values { key: &renamed, facts: &facts }).ids(), ["shell", "encoded_powershell"]);
    let why = &hints::remarks(Values { key: &renamed, facts: &facts })[0].why;
    assert!(
        why.starts_with("original_file_name is PowerShell.EXE, although process_name is svc.exe."),
        "{why}"
    );
}

#[test]
fn hidden_window() {
    for command in [
        "powershell -w hidden",
        "powershell -WindowStyle Hidden x",
        "powershell -win h",
        "powershell /w 1 -nop",
    ] {
        check(command, &["hidden_window"]);
    }
    for command in [
        "powershell -w normal",
        "powershell -window hidden.txt",
        "x -w hidden",
        "powershell -w",
        "powershell -w 2",
    ] {
        check(command, &[]);
    }
}

#[test]
fn output_to_a_share_or_to_temp() {
    for command in [
        r"cmd.exe /Q /c cd \ 1> \\127.0.0.1\ADMIN$\__1556656369.7 2>&1",
        r"cmd.exe /Q /c dir 1>\\localhost\c$\x",
        r#"cmd /c x >> "\\127.0.0.1\admin$\a b""#,
    ] {
        check(command, &["share_output"]);
    }
    for command in [
        r"cmd /c x > C:\Windows\Temp\o.txt",
        r"cmd /c x>%windir%\temp\o",
        r"cmd /c x > \windows\temp\o",
        r"cmd /c x 2>&1 > D:\WINDOWS\TEMP\o",
    ] {
        check(command, &["temp_output"]);
    }
    for command in [
        r"cmd /c x > \\127.0.0.1\share\o",
        r"cmd /c x > \\10.0.0.1\ADMIN$\o",
        r"cmd /c x < \\127.0.0.1\ADMIN$\o",
        r"cmd /c x > C:\Windows\Temporary\o",
        r"type \\127.0.0.1\ADMIN$\__1",
        "x > ",
        "x >",
        "x 2>&1",
    ] {
        check(command, &[]);
    }
}

#[test]
fn discovery() {
    for command in [
        "whoami",
        "whoami.exe /all",
        r"C:\Windows\System32\whoami.exe",
        "cmd /c whoami",
        "cmd.exe /Q /c whoami /priv 1> x 2>&1",
        r#"cmd /c "whoami /all""#,
        "cmd /c echo a & ipconfig /all",
        "cmd /c echo a&&tasklist",
        "cmd /c dir|nltest /dclist:",
        "cmd /c start /b systeminfo",
        "powershell -c whoami",
        "powershell -Command \"Get-X; quser\"",
        "powershell -nop -com & { hostname }",
        "cmd /c for /f %i in ('whoami') do echo %i",
        "net user",
        "cmd /c net.exe localgroup administrators",
        "net1 view",
        "cmd /c w^hoami",
        r"whoami>C:\x",
        "cmd /c whoami>>x 2>&1",
        "net user>out",
        "net user/domain",
        "net localgroup>out",
        "ipconfig/all",
        r"C:\Windows\System32\ipconfig.exe/all",
        "tasklist/svc",
        "nltest/dclist:corp.example",
        "C:/Windows/System32/whoami",
        "cmd.exe /Q/c whoami",
        "cmd /q /e:on/cwhoami",
        "cmd /cwhoami",
        "cmd/c whoami",
        "%COMSPEC% /Kwhoami",
        r#""C:\Windows\System32\cmd.exe"/cwhoami"#,
        r#"cmd /c"whoami""#,
        r#"cmd /q/c"net view /all""#,
        r#"C:\Windows\system32\cmd.exe  /S /D /c" whoami ""#,
        "cmd /ccmd /cwhoami",
        "powershell.exe whoami",
        "powershell -nop -NonInteractive whoami /all",
        r#"powershell "net user""#,
        "pwsh -c whoami",
        "pwsh.exe -NoP -ExecutionPolicy Bypass -Command \"whoami\"",
        "powershell \u{2013}c whoami",
        "C:/tools/psexec.exe -s cmd /c whoami",
        r#"start "title" cmd /c "whoami /all""#,
        r#"cmd /c start "" whoami"#,
        "cmd /c if exist x powershell -c whoami",
        r#"forfiles /p C:\x /c "cmd /c whoami""#,
        r#"forfiles /m *.txt /c whoami"#,
        r#"bash -c "whoami""#,
        "wsl -u root sh -c whoami",
        r#"cmd /c find /c "x" y & whoami"#,
        r#"cmd /c "find /c "x" y|whoami""#,
    ] {
        check(command, &["discovery"]);
    }
    for command in [
        "cmd /c echo whoami",
        "net use z: \\\\a\\b",
        "net start svc",
        "net user x y /add",
        "notwhoami",
        "whoami2",
        "cmd /c type net user",
        r"C:\net\x.exe user",
        r"C:\whoami\x.exe",
        "C:/whoami/x.exe",
        r"C:\whoami/x.exe",
        r"C:\whoami/x",
        "echo whoami>x",
        "cmd /c echo x>whoami",
        "cmd /c type x<whoami",
        r#"echo "x>whoami""#,
        "cmd /cecho whoami",
        r#"cmd /S /D /c" echo whoami ""#,
        "x.exe /cwhoami",
        "x.exe cmd /cwhoami",
        r#"x.exe /q/c"whoami""#,
        "net user x y/add",
        "net user x/delete",
        "net use/user",
        "powershell Write-Output whoami",
        "powershell -File whoami",
        "powershell -ExecutionPolicy whoami",
        "powershell whoami.ps1",
        "pwsh whoami",
        "x.exe powershell whoami",
        r#"find /c "whoami""#,
        r#"start "whoami" x.exe"#,
        r#"find.exe /c "whoami" C:\x.txt"#,
        "find /c whoami",
        r#"cmd /c type x | find /c "whoami""#,
        r#"cmd /c "find /c "whoami" x""#,
        r#"findstr /c "whoami" x"#,
        r#"findstr /c:"whoami" x"#,
        r#"grep -c "whoami" x"#,
        r#"x.exe /k "net user""#,
        r#"xcopy /r "whoami" /c whoami"#,
        r#"python -c "whoami""#,
        "echo cmd /c whoami",
        r#"cmd /c echo cmd /c "whoami">x.bat"#,
        "powershell Write-Output -c whoami",
        "cmd -c whoami",
        "powershell /k whoami.txt",
        r#"x.exe "cmd /c whoami""#,
        r#"bash /c "whoami""#,
        "",
    ] {
        check(command, &[]);
    }
}

/// A renamed shell is told by its file, whatever its command line calls it.
#[test]
fn discovery_by_a_shell_of_another_name() {
    let of = |name: &str, original: &str, command: &str| {
        let facts = Facts { original_file_name: Some(original.into()), ..Facts::default() };
        let hints = Hints::of(Values { key: &key(r"H\u", name, command), facts: &facts });
        hints.ids().contains(&"discovery")
    };
    assert!(of("svc.exe", "Cmd.Exe", r#"svc.exe /c "whoami /all""#));
    assert!(of("svc.exe", "PowerShell.EXE", "svc.exe -c whoami"));
    assert!(of("pwsh.exe", "pwsh.dll", r#"C:\Program Files\PowerShell\7\pwsh.exe -c "whoami""#));
    assert!(of("cmd.exe", "-", "/c whoami"));
    for (original, command) in [
        ("x.exe", r#"svc.exe /c "whoami""#),
        ("Cmd.Exe", "svc.exe -c whoami"),
        ("Cmd.Exe", r#"svc.exe /c find /c "whoami""#),
        ("PowerShell.EXE", "svc.exe whoami.ps1"),
    ] {
        assert!(!of("svc.exe", original, command), "{original}: {command}");
    }
}

#[test]
fn facts_of_the_image_and_the_account() {
    let of = |path: &str, level: &str, user: &str| {
        let facts = Facts {
            process_path: Some(path.into()),
            process_integrity_level: Some(level.into()),
            ..Facts::default()
        };
        Hints::of(Values { key: &key(user, "x.exe", "x"), facts: &facts }).ids()
    };
    for path in [r"C:\Users\a\x.exe", r"c:\programdata\x.exe", r"C:\Windows\Temp\x.exe", "C:/Users/a/x.exe"] {
        assert_eq!(of(path, "medium", r"H\u"), ["user_folder"], "{path}");
    }
    for path in [r"C:\Windows\System32\x.exe", r"C:\UsersX\x.exe", r"C:\Temporary\x.exe"] {
        assert_eq!(of(path, "medium", r"H\u"), [""; 0], "{path}");
    }
    for user in [r"CORP\admin", "admin", r"H\Administrator"] {
        assert_eq!(of("x", "high", user), ["high_integrity"], "{user}");
        assert_eq!(of("x", "S-1-16-12288", user), ["high_integrity"], "{user}");
        assert_eq!(of("x", "system", user), [""; 0], "{user}");
    }
    for user in [
        r"NT AUTHORITY\SYSTEM",
        r"nt authority\local service",
        r"NT-AUTORITÄT\SYSTEM",
        r"AUTORITE NT\Système",
        r"CORP\WS01$",
        r"NT SERVICE\MSSQLSERVER",
        "unknown",
    ] {
        assert_eq!(of("x", "high", user), [""; 0], "{user}");
    }
}

#[test]
fn the_sentence_names_the_value_and_stays_short() {
    let long = format!(r"cmd /c x > \\127.0.0.1\ADMIN$\{}", "y".repeat(100_000));
    let key = key(r"H\u", "x.exe", &long);
    let remarks = hints::remarks(Values { key: &key, facts: &Facts::default() });
    assert_eq!(remarks.len(), 1);
    assert!(remarks[0].why.contains(r"\\127.0.0.1\ADMIN$\yyy") && remarks[0].why.len() < 500);
}

/// An attacker writes the command line.
#[test]
fn hostile_command_lines_take_no_longer_than_others() {
    const BYTES: usize = 4 << 20;
    for unit in [
        "\"",
        ">",
        "> ",
        "-e ",
        "powershell -e ",
        "&",
        "/c ",
        "/c \"",
        "^",
        "a",
        "\\",
        "net ",
        "é",
        "\u{2013}w ",
        "( ",
        r"> \\127.0.0.1\",
        "call ",
        "\\Users",
        "net user ",
        "'",
        "cmd/c",
        "cmd/ccmd ",
        "/q",
        "cmd /q\"",
        "powershell ",
        "powershell -nop \"",
        "ipconfig/",
        "<",
    ] {
        let process = unit.repeat(BYTES / unit.len());
        let start = Instant::now();
        of_command(&process);
        let seconds = start.elapsed().as_secs_f32();
        assert!(seconds < 8.0, "{unit:?} took {seconds} s");
    }
}
