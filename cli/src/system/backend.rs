//! The trait of a system, as the command asks one.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// The variables of the environment that name places of the user.
pub(crate) struct Variables {
    pub(crate) home: &'static str,
    pub(crate) configuration: &'static str,
    pub(crate) data: &'static str,
    pub(crate) cache: &'static str,
    /// Those for temporary files, the one that counts first.
    pub(crate) temporary: &'static [&'static str],
}

/// Why a file was not opened.
pub(crate) enum Unopened {
    /// It is a symbolic link, or what else leads to another place.
    Link,
    /// It is no regular file, and one cannot even open it.
    NotRegular,
    Failed(Error),
}

/// An open end of this program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Errors,
}

/// How a host gets along with what the system has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// As well as it can be.
    Fine,
    /// Plugins are loaded, and some policy refuses them, or less is proved.
    Weaker,
    /// No plugin is loaded.
    Nothing,
}

/// Something that the system has for the loader, or has not.
pub(crate) struct Ability {
    pub(crate) name: &'static str,
    pub(crate) means: Means,
    pub(crate) detail: String,
    /// How to have it otherwise.
    pub(crate) remedy: Option<&'static str>,
}

/// A system.
pub(crate) trait System {
    /// A directory that this process may hold, against others that do so in the same way.
    type Held: Send + 'static;
    /// A child with all that it starts.
    type Group;

    const VARIABLES: Variables;
    /// The directory for what may be deleted at any time, below the home.
    const CACHE: &'static str;
    /// How it is known that this process has no more rights than its user, and that it has.
    const RIGHTS: [&'static str; 2];
    /// How it gets no more than those.
    const LESS_RIGHTS: &'static str;
    /// Who alone can use what `keygen` writes as a secret.
    const SECRET: &'static str;

    /// What it has for the loader.
    fn abilities() -> Vec<Ability>;
    /// An argument in the quotes of a shell.
    fn in_quotes(argument: &str) -> String;
    /// How whoever starts a host sets a variable to 1.
    fn setting(variable: &str) -> String;
    /// Who can change what is there, in words.
    fn described(metadata: &Metadata) -> String;
    /// The command that makes a directory which only its owner can change.
    fn making(directory: &str) -> String;
    /// The command by which the owner of a file that cannot be read lets others read it.
    fn opening(file: &Path) -> String;
    /// Whether this process may do what is the business of the machine's administrator.
    fn is_administrator() -> bool;

    /// Opens a file to read it, and waits for nobody. None if there is none.
    ///
    /// # Errors
    /// What stands in the way, if `follow` is false also a link.
    fn open(path: &Path, follow: bool) -> std::result::Result<Option<File>, Unopened>;
    /// Why others than this user and the administrator can use the open file, and what to do about it; nothing if nobody can.
    ///
    /// # Errors
    /// Those two.
    fn vet_private(file: &Path, metadata: &Metadata) -> std::result::Result<(), [String; 2]>;
    /// Has a file made with this mode, where there are modes.
    fn with_mode(options: &mut OpenOptions, mode: u32) -> &mut OpenOptions;
    /// Has a temporary file or directory made with this mode, where there are modes.
    fn made_with_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32);
    /// Gives an open file this mode, where there are modes.
    ///
    /// # Errors
    /// Those of the system.
    fn set_mode(file: &File, mode: u32) -> Result<()>;
    /// Writes all bytes at this place of a file, wherever others write in it.
    ///
    /// # Errors
    /// Those of the system.
    fn write_at(file: &File, bytes: &[u8], at: u64) -> Result<()>;
    /// Makes one directory that all can read and only its owner can change, whatever a link of its name leads to.
    ///
    /// # Errors
    /// Those of the system.
    fn make_directory(path: &Path) -> Result<()>;
    /// Makes sure that the names in a directory outlive a power cut, where the system lets one ask for that.
    ///
    /// # Errors
    /// Those of the system.
    fn sync_directory(path: &Path) -> Result<()>;

    /// The path of what is there, without links.
    ///
    /// # Errors
    /// Those of the system.
    fn real_path(path: &Path) -> Result<PathBuf>;

    /// Opens a directory to hold it.
    ///
    /// # Errors
    /// Those of the system.
    fn directory(path: &Path) -> Result<Self::Held>;
    /// Holds it, if nobody does.
    ///
    /// # Errors
    /// Those of the system.
    fn try_hold(directory: &mut Self::Held) -> Result<bool>;
    /// Waits until nobody holds it, and holds it.
    ///
    /// # Errors
    /// Those of the system.
    fn hold(directory: &mut Self::Held) -> Result<()>;
    /// Whether its path still leads to it.
    ///
    /// # Errors
    /// Those of the system.
    fn is_there(directory: &Self::Held, path: &Path) -> Result<bool>;
    /// As [`Self::sync_directory`], of one that is open.
    ///
    /// # Errors
    /// Those of the system.
    fn sync(directory: &Self::Held) -> Result<()>;

    /// The columns of a terminal.
    fn columns(stream: Stream) -> Option<usize>;
    /// Why nothing could be written to standard output when the program began.
    fn closed_output() -> Option<Error>;
    /// Whether whoever started this program wants to be told that nobody reads what it prints.
    fn tells_of_pipes() -> bool;

    /// A command of the program that runs here, also where another one takes its place.
    ///
    /// # Errors
    /// Those of the system.
    fn own_program() -> Result<Command>;
    /// Starts a command such that all which it starts can be ended with it.
    ///
    /// # Errors
    /// Those of the system.
    fn spawn(command: &mut Command) -> Result<(Child, Self::Group)>;
    /// Whether the child has ended. Its number stays its own until somebody waits for it.
    ///
    /// # Errors
    /// Those of the system.
    fn has_ended(child: &mut Child) -> Result<bool>;
    /// How long one of the child's threads was ready and waited for a processor, of the one that did so longest; 0 where the system
    /// does not tell.
    fn queued(child: &Child) -> Duration;
    /// Whether one of the child's threads waits at this moment for what no signal ends, such as a disk; false where the system does not
    /// tell.
    fn waits_for_disk(child: &Child) -> bool;
    /// Ends a child that was not waited for, and what it left behind. There may be nothing.
    fn end(child: &Child, group: &Self::Group);
    /// The number of what ended a process against its will: a signal, or an exception.
    fn killer(status: ExitStatus) -> Option<i32>;
    /// The usual name of that.
    fn killer_name(number: i32) -> String;

    /// Makes this process one that tests a plugin: it ends with its parent, and its crash is no matter of the system's reports.
    ///
    /// # Errors
    /// Those of the system.
    fn begin_test() -> Result<()>;
    /// Has a crash of this process noted in a file, which is made, for the report of `check`.
    ///
    /// # Errors
    /// Those of the system.
    fn watch_for_crash(file: &Path) -> Result<()>;
    /// Has processes that lose their parent come to this one, where the system does that.
    fn adopt();
    /// Whether a child of this process is there that nobody waited for, as far as the system tells.
    fn has_child() -> bool;
}
