//! One program run once: its time, its processor time and its peak memory.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// What one run took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// By the clock.
    pub seconds: f64,
    /// On all processors together: what the load of the machine changes least.
    pub processor: Option<f64>,
    /// Most of memory at any time, in KiB.
    pub peak_kib: Option<u64>,
}

/// Where what a program prints is kept, until the next one runs.
pub const STDOUT: &str = "stdout.txt";

/// A finished run and what it printed.
pub struct Run {
    pub sample: Sample,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program to its end. What it prints goes to files, so that nobody has to empty a pipe meanwhile.
pub fn run(command: &mut Command, folder: &Path, keep_stdout: bool) -> Result<Run> {
    let name = Path::new(command.get_program()).display().to_string();
    let (out, err) = (folder.join(STDOUT), folder.join("stderr.txt"));
    let stdout = if keep_stdout { File::create(&out)?.into() } else { Stdio::null() };
    command.stdin(Stdio::null()).stdout(stdout).stderr(File::create(&err)?);
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("could not start {name}"))?;
    let (succeeded, mut sample) = wait(child)?;
    sample.seconds = start.elapsed().as_secs_f64();
    let stderr = String::from_utf8_lossy(&fs::read(&err)?).into_owned();
    if !succeeded {
        bail!("{name} failed:\n{}", stderr.trim());
    }
    let mut stdout = String::new();
    if keep_stdout {
        // All that anybody looks at in memory stands at the start: a large output must not become memory of this one.
        File::open(&out)?.take(4096).read_to_string(&mut stdout).ok();
    }
    Ok(Run { sample, stdout, stderr })
}

/// The same program twice at the same time: what of twice the work the machine does then. The sample is that of one run:
/// half of the time until both have ended.
pub fn run_two(command: impl Fn() -> Command + Sync, folder: &Path) -> Result<[Run; 2]> {
    let start = Instant::now();
    let in_folder = |name: &str| {
        let folder = folder.join(name);
        fs::create_dir_all(&folder)?;
        run(&mut command(), &folder, false)
    };
    let runs = std::thread::scope(|scope| {
        let other = scope.spawn(|| in_folder("other"));
        let one = in_folder("one")?;
        let other = other.join().map_err(|_| anyhow::anyhow!("the second run did not end"))??;
        anyhow::Ok([one, other])
    })?;
    let seconds = start.elapsed().as_secs_f64() / 2.0;
    Ok(runs.map(|run| Run { sample: Sample { seconds, ..run.sample }, ..run }))
}

/// The system tells of the resources of a child when it is waited for. A child counts the memory of its parent until
/// it has become its own program: the figure is never below the few MiB of this one.
#[cfg(unix)]
fn wait(child: std::process::Child) -> Result<(bool, Sample)> {
    let pid = child.id().try_into().context("a process id")?;
    let mut status = 0;
    // SAFETY: an all-zero rusage is a valid value, and wait4 writes to nothing but the two places given.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        while libc::wait4(pid, &mut status, 0, &mut usage) != pid {
            let error = std::io::Error::last_os_error();
            if error.kind() != std::io::ErrorKind::Interrupted {
                return Err(error).context("waiting for a program");
            }
        }
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    let sample = Sample {
        processor: Some(seconds(usage.ru_utime) + seconds(usage.ru_stime)),
        peak_kib: u64::try_from(usage.ru_maxrss).ok().map(|peak| peak / unit),
        ..Sample::default()
    };
    Ok((libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, sample))
}

#[cfg(not(unix))]
fn wait(mut child: std::process::Child) -> Result<(bool, Sample)> {
    Ok((child.wait()?.success(), Sample::default()))
}
