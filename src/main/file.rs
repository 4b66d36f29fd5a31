//! A log on the disk: one file, or the volumes that it was cut into, read as one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

/// An open log.
pub struct LogFile {
    /// Each volume with its end in the log, in bytes.
    volumes: Vec<(File, u64)>,
    position: u64,
    /// The volume whose file stands at the position.
    current: Option<usize>,
}

/// What tells whether a log was written to: the length and last change of each volume.
pub type Stamp = Vec<(u64, Option<SystemTime>)>;

impl LogFile {
    /// A log of these volumes.
    pub fn new(files: Vec<File>) -> io::Result<LogFile> {
        let mut end = 0;
        let volume = |file: File| {
            end += file.metadata()?.len();
            Ok((file, end))
        };
        let volumes = files.into_iter().map(volume).collect::<io::Result<_>>()?;
        Ok(LogFile { volumes, position: 0, current: None })
    }

    /// Opens all volumes. The error names the one that can't be.
    pub fn open(paths: &[impl AsRef<Path>]) -> io::Result<LogFile> {
        let open = |path: &Path| {
            File::open(path).map_err(|error| match paths {
                [_] => error,
                _ => io::Error::new(error.kind(), format!("{}: {error}", super::name(path))),
            })
        };
        LogFile::new(paths.iter().map(|path| open(path.as_ref())).collect::<io::Result<_>>()?)
    }

    /// The size in bytes, as it was when it was opened.
    pub fn size(&self) -> u64 {
        self.volumes.last().map_or(0, |(_, end)| *end)
    }

    /// Those of its volumes.
    pub fn sizes(&self) -> Vec<u64> {
        let starts = [0].into_iter().chain(self.volumes.iter().map(|(_, end)| *end));
        self.volumes.iter().zip(starts).map(|((_, end), start)| end - start).collect()
    }

    /// What it is now.
    pub fn stamp(&self) -> io::Result<Stamp> {
        let stamp = |(file, _): &(File, u64)| {
            let metadata = file.metadata()?;
            Ok((metadata.len(), metadata.modified().ok()))
        };
        self.volumes.iter().map(stamp).collect()
    }
}

impl Read for LogFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = self.volumes.partition_point(|(_, end)| *end <= self.position);
        let start = at.checked_sub(1).map_or(0, |before| self.volumes[before].1);
        let Some((file, end)) = self.volumes.get_mut(at) else { return Ok(0) };
        if self.current != Some(at) {
            file.seek(SeekFrom::Start(self.position - start))?;
            self.current = Some(at);
        }
        let room = usize::try_from(*end - self.position).unwrap_or(usize::MAX).min(buffer.len());
        let count = file.read(&mut buffer[..room])?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for LogFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        self.current = None;
        Ok(self.position)
    }
}
