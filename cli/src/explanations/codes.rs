//! The codes that this command has beside those of the loader.

/// Code, cause and remedy.
pub(crate) const OF_COMMAND: &[(&str, &str, &str)] = &[
    ("E_USAGE", "the arguments do not fit; the only code with exit code 2", "see `sochdb-plugin COMMAND --help`"),
    ("E_FAILED", "the command came to no result, for a reason that has no code of its own", "see the message"),
    ("E_CODE_UNKNOWN", "`explain` was asked for a code that does not exist", "`sochdb-plugin explain` lists all"),
    (
        "E_OUTPUT",
        "what the command printed did not arrive: standard output is closed, a full disk, or a pipe that nobody reads, where \
         SIGPIPE is ignored",
        "give it somewhere to go; what the command did beside printing is done",
    ),
    ("E_TMPDIR", "no directory can be made in the one for temporary files", "set TMPDIR to one that can be written"),
    (
        "E_NO_HOME",
        "the user has no directory: neither HOME nor the XDG variable is an absolute path",
        "set HOME, or name the file or directory in the command",
    ),
    (
        "E_NOT_INSTALLED",
        "the directory's lock file lists no such plugin",
        "`sochdb-plugin list` says what is installed",
    ),
    (
        "E_DOWNGRADE",
        "`install` would replace a plugin by an older version",
        "say --downgrade, if you know why the newer one must go",
    ),
    (
        "E_PIN_DIFFERS",
        "`install` was given the bytes of an installed file that somebody changed since it was pinned",
        "install the publisher's copy; or say --repin, if you changed the file and mean these bytes",
    ),
    (
        "E_TRUST_CONFLICT",
        "`trust add` was asked for an entry whose subject is in the trust file, with other values",
        "edit the line that the message names, or take the entry out with `sochdb-plugin trust remove` first",
    ),
    (
        "E_TRUST_NO_ENTRY",
        "`trust remove` was asked for an entry that the trust file does not have",
        "`sochdb-plugin trust list` prints what is there; --system or --trust FILE names another trust file",
    ),
    (
        "E_EXISTS",
        "a file is there already that `keygen` would write",
        "choose another name with --out, or move the old key away if nobody trusts it any more",
    ),
    (
        "E_REPORT",
        "`sign --checked` was given no report of `check --json`, or one of another file, of a check that did not pass, or of a part \
         of the tests",
        "sochdb-plugin check --json FILE > REPORT, without options that leave tests out",
    ),
    (
        "E_PASSWORD",
        "the password of a secret key is missing, empty, too long, or not that of the key",
        "give --password-file FILE, or - for standard input, or set SOCHDB_SIGN_PASSWORD, or run the command on a \
         terminal, where it asks",
    ),
    (
        "E_PASSWORD_FILE",
        "the file with the password is not one that only its owner can read, who is this user or root",
        "chmod 600 FILE, or pipe the password to --password-file -",
    ),
    (
        "E_SECRET_KEY",
        "the file is no secret key of minisign",
        "give the file NAME.key that `sochdb-plugin keygen` or `minisign -G` wrote",
    ),
    (
        "E_READ_TIMEOUT",
        "a file that the command was given did not answer",
        "copy it to a disk of this machine; if `timeout 5 cat FILE` hangs too, its file system is dead: mount it again",
    ),
    (
        "E_HELD",
        "another process holds the directory that the command would change, and has not ended in time",
        "let that process end (`lslocks` names it, with the command FLOCK), then run the command again",
    ),
    ("E_WRITE", "a file cannot be written", "check the directory's permissions and the space on the file system"),
];
