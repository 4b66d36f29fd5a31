//! A log on the disk: one file, or the volumes that it was cut into, read as one.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// An open log.
pub struct LogFile {
    /// Each volume with its end in the log, in bytes.
    volumes: Vec<(PathBuf, u64)>,
    position: u64,
    /// The volume that is open: systems do not let a program open all of a thousand.
    current: Option<(usize, File)>,
    /// The open file stands at the position.
    is_placed: bool,
}

/// What tells whether a log was written to: the length and last change of each volume.
pub type Stamp = Vec<(u64, Option<SystemTime>)>;

impl LogFile {
    /// A file that is open.
    pub fn new(path: &Path, file: File) -> io::Result<LogFile> {
        let volumes = vec![(path.to_owned(), file.metadata()?.len())];
        Ok(LogFile { volumes, position: 0, current: Some((0, file)), is_placed: true })
    }

    /// Opens a file, or looks at the volumes of one. The error names the volume that can't be read.
    pub fn open(paths: &[PathBuf]) -> io::Result<LogFile> {
        if let [path] = paths {
            return LogFile::new(path, File::open(path)?);
        }
        let mut end = 0;
        let volume = |path: &PathBuf| {
            end += fs::metadata(path).map_err(|error| of_volume(path, &error))?.len();
            Ok((path.clone(), end))
        };
        let volumes = paths.iter().map(volume).collect::<io::Result<_>>()?;
        Ok(LogFile { volumes, position: 0, current: None, is_placed: false })
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
        let stamp = |metadata: fs::Metadata| (metadata.len(), metadata.modified().ok());
        match (self.volumes.as_slice(), &self.current) {
            // Whatever its path names now.
            ([_], Some((_, file))) => Ok(vec![stamp(file.metadata()?)]),
            (volumes, _) => volumes.iter().map(|(path, _)| Ok(stamp(fs::metadata(path)?))).collect(),
        }
    }

    fn read_volume(&mut self, at: usize, buffer: &mut [u8]) -> io::Result<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.volumes[before].1);
        let (path, end) = &self.volumes[at];
        let (number, file) = match self.current.take() {
            Some((number, file)) if number == at => (number, file),
            _ => {
                self.is_placed = false;
                (at, File::open(path)?)
            }
        };
        let (_, file) = self.current.insert((number, file));
        if !self.is_placed {
            file.seek(SeekFrom::Start(self.position - start))?;
            self.is_placed = true;
        }
        let room = usize::try_from(*end - self.position).unwrap_or(usize::MAX).min(buffer.len());
        match file.read(&mut buffer[..room])? {
            0 if room > 0 && self.volumes.len() > 1 => {
                Err(io::Error::other("it is shorter than it was when it was opened"))
            }
            count => Ok(count),
        }
    }
}

/// An error of one volume, which it names.
fn of_volume(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", super::name(path)))
}

impl Read for LogFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = self.volumes.partition_point(|(_, end)| *end <= self.position);
        if at == self.volumes.len() {
            return Ok(0);
        }
        let count = self.read_volume(at, buffer).map_err(|error| match self.volumes.len() {
            1 => error,
            _ => of_volume(&self.volumes[at].0, &error),
        })?;
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
        self.is_placed = false;
        Ok(self.position)
    }
}
