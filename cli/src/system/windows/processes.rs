//! Processes in jobs: what a child starts ends with it.

use std::io::{Error, Result};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::{Child, Command, ExitStatus};
use windows_sys::Win32::System::Diagnostics::Debug::{
    SetErrorMode, SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JobObjectExtendedLimitInformation, SetInformationJobObject,
    TerminateJobObject, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
};

/// A job, which ends with this process at the latest.
pub(crate) struct Job(OwnedHandle);

/// The answer of a call that fails with 0.
fn succeeded(answer: i32) -> Result<()> {
    match answer {
        0 => Err(Error::last_os_error()),
        _ => Ok(()),
    }
}

impl Job {
    fn new() -> Result<Self> {
        // SAFETY: a job without a name, for which nothing is asked.
        let handle = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if handle.is_null() {
            return Err(Error::last_os_error());
        }
        // SAFETY: it was just made, and nobody else has it.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        // SAFETY: all zeros is such a value: nothing is limited.
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { std::mem::zeroed() };
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let size = u32::try_from(size_of_val(&limits)).expect("a small number");
        // SAFETY: the value has the form and the size that are stated, and lives as long as the call.
        succeeded(unsafe {
            SetInformationJobObject(
                job.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size,
            )
        })?;
        Ok(job)
    }

    pub(super) fn end(&self) {
        // SAFETY: the handle is this job's.
        let _ = unsafe { TerminateJobObject(self.0.as_raw_handle(), 1) };
    }
}

pub(super) fn spawn(command: &mut Command) -> Result<(Child, Job)> {
    let job = Job::new()?;
    let mut child = command.spawn()?;
    // SAFETY: both handles are open.
    let joined = succeeded(unsafe { AssignProcessToJobObject(job.0.as_raw_handle(), child.as_raw_handle()) });
    match joined {
        Ok(()) => Ok((child, job)),
        // It ended before.
        Err(_) if child.try_wait()?.is_some() => Ok((child, job)),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

/// The codes of errors begin so, and a program hardly gives such a one by itself.
const ERROR: i32 = 0xC000_0000_u32 as i32;
const SEVERITY: i32 = 0xF000_0000_u32 as i32;

pub(super) fn exception(status: ExitStatus) -> Option<i32> {
    status.code().filter(|code| code & SEVERITY == ERROR)
}

pub(super) fn exception_name(number: i32) -> String {
    const NAMES: [(u32, &str); 8] = [
        (0xC000_0005, "an access violation"),
        (0xC000_0006, "a page that could not be read"),
        (0xC000_001D, "an illegal instruction"),
        (0xC000_0094, "a division by zero"),
        (0xC000_0096, "an instruction that is not allowed"),
        (0xC000_00FD, "an overflow of the stack"),
        (0xC000_0374, "a damaged heap"),
        (0xC000_0409, "an abort"),
    ];
    let known = NAMES.iter().find(|(code, _)| *code == number as u32);
    known.map_or_else(|| format!("exception {:#x}", number as u32), |(_, name)| (*name).to_owned())
}

/// A crash is a result here: no window asks what to do about it.
pub(super) fn show_no_crash() {
    // SAFETY: it sets a number of this process.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX) };
}
