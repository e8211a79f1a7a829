//! The file: it holds whole lines, also after a disk that was full, and says how many are missing.

use crate::line::Line;
use sochdb_plugin_sdk::quietly;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

pub(crate) struct Output {
    file: File,
    /// Whether half a line can be taken back: a pipe or a terminal keeps it.
    is_regular: bool,
    /// Whether the file ends in half a line.
    is_broken: bool,
    /// Lines that are lost since the last one that is there.
    lost: u64,
    lost_in_all: u64,
    /// Why the last one was.
    error: Option<io::Error>,
}

/// A line that is lost.
pub(crate) struct Lost {
    /// Whether it is the first of several in a row.
    pub(crate) is_first: bool,
    /// What the system says.
    pub(crate) error: String,
}

impl Output {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = open_to_append(path)?;
        let metadata = file.metadata()?;
        let is_regular = metadata.is_file();
        let is_broken = is_regular && metadata.len() > 0 && ends_within_a_line(path);
        Ok(Self { file, is_regular, is_broken, lost: 0, lost_in_all: 0, error: None })
    }

    /// Writes a line, or counts it as lost.
    pub(crate) fn append(&mut self, line: &str) -> Result<(), Lost> {
        self.write_line(line).map_err(|error| {
            let lost = Lost { is_first: self.lost == 0, error: error.to_string() };
            self.lost += 1;
            self.lost_in_all += 1;
            self.error = Some(error);
            lost
        })
    }

    /// Brings the lines to the disk. The first is how many are lost and why, if any are.
    pub(crate) fn sync(&mut self) -> (Option<(u64, &io::Error)>, io::Result<()>) {
        if self.lost > 0 {
            // What cannot be said in the file is said by the caller.
            let _ = self.write_line("");
        }
        let synced = match self.file.sync_all() {
            // A terminal or a pipe keeps nothing that could be made durable.
            Err(_) if !self.is_regular => Ok(()),
            other => other,
        };
        (self.error.as_ref().map(|error| (self.lost_in_all, error)), synced)
    }

    /// Writes the line, and before it how many were lost, if any were.
    fn write_line(&mut self, line: &str) -> io::Result<()> {
        if self.is_broken {
            // Half a line gets an end of its own, so that it takes no other with it.
            self.write_whole("\n")?;
        }
        if self.lost == 0 {
            return self.write_whole(line);
        }
        let mut all = Line::new("lost").number("lines", self.lost).end();
        all.push_str(line);
        self.write_whole(&all)?;
        self.lost = 0;
        Ok(())
    }

    /// Writes all or nothing, where that can be.
    fn write_whole(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let error = match quietly(|| self.file.write(rest)) {
                Ok(0) => io::Error::from(ErrorKind::WriteZero),
                Ok(written) => {
                    rest = &rest[written..];
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            let done = text.len() - rest.len();
            if done > 0 && !self.cut(done as u64) {
                self.is_broken = true;
            }
            return Err(error);
        }
        self.is_broken = false;
        Ok(())
    }

    /// Takes back the last `len` bytes, unless another process has written since. One that writes at this very moment
    /// may lose lines, but whole ones.
    fn cut(&mut self, len: u64) -> bool {
        let (Ok(end), Ok(metadata)) = (self.file.stream_position(), self.file.metadata()) else { return false };
        self.is_regular && metadata.len() == end && end >= len && self.file.set_len(end - len).is_ok()
    }
}

/// Whether somebody who was killed, or an older sink, has left half a line at the end.
fn ends_within_a_line(path: &Path) -> bool {
    let mut last = [b'\n'];
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)
    });
    read.is_ok() && last != [b'\n']
}

/// Refuses a pipe that nobody reads with ENXIO: to wait for a reader could take for ever.
#[cfg(unix)]
fn open_to_append(path: &Path) -> io::Result<File> {
    use rustix::fs::{fcntl_getfl, fcntl_setfl, OFlags};
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // Log lines may hold what is not for everybody.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path)?;
    // Only the opening must not wait: a line that a pipe has no room for is not to be lost.
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_to_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}
