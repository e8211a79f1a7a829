//! Every reason to refuse a plugin, but those of its ELF file (`elf/codes.rs`): code, cause and remedy.

use crate::base::digest::Digest;
use crate::base::text::UntrustedText;
use crate::refusal::elf_error::ElfError;
use crate::refusal::lack::Lack;
use crate::refusal::step::Step;
use crate::refusal::table::refusals;
use crate::trust::rules::TooOld;
use crate::trust::syntax::SyntaxError;
use sochdb_plugin_sdk::ErrorKind;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

refusals! {
    /// The reason why a plugin was not loaded, which a [`LoadError`](crate::LoadError) has. `Display` says what was found and
    /// where; `Debug` gives code, text and remedy in one line.
    ///
    /// ```
    /// use sochdb_plugin_host::{DynamicPluginLoader, Refusal};
    ///
    /// let refused = DynamicPluginLoader::new_trusted().verify("codec_xor.so").unwrap_err();
    /// match refused.refusal() {
    ///     Refusal::PathNotAbsolute { path, .. } => assert_eq!(path.to_string(), "codec_xor.so"),
    ///     other => unreachable!("{other}"),
    /// }
    /// ```
    ///
    /// `Before` is the refusal of bytes that were mapped and refused by an earlier load: it says what that refusal said.
    ///
    #[doc = include_str!("load_refusals.md")]
    pub enum Refusal also Elf(ElfError) also Before(Arc<Refusal>);

    Gate: NotTrusted { why: String } "E_NOT_TRUSTED"
        "native plugins are not allowed in this process: {why}; a plugin has all rights of the process, so code that you \
         do not trust does not belong here"
        "if you trust the plugin as you trust the program, set SOCHDB_ALLOW_NATIVE_PLUGINS=1, or make the loader with \
         `DynamicPluginLoader::new_trusted()`; otherwise do not load it here";

    Gate: Forked "E_FORKED"
        "this process is a child of fork, made after its parent had begun with plugins: they run only in the process that \
         made them"
        "load plugins in the child after an `exec`, or fork before the parent loads any";
    TrustFiles as step: Shortage { step: Step, lack: Lack, reason: std::io::Error } "E_SHORTAGE"
        "too little of what a load needs: {lack} ({reason})" "{lack:#}";
    TrustFiles as step: Timeout { step: Step, what: String } "E_LOAD_TIMEOUT"
        "the load did not come to its end: {what}"
        "find the file system that does not answer (`timeout 5 stat FILE` for the plugin, the trust files and what the plugin \
         needs) and load again when it does; on one that is only slow, raise the limit with `load_limit`";

    TrustFiles: TrustFile { file: UntrustedText, reason: String, fix: String } "E_TRUST_FILE"
        "the trust file {file} cannot be used: {reason}" "{fix}";
    TrustFiles: TrustSyntax { file: UntrustedText, error: SyntaxError } "E_TRUST_SYNTAX"
        "the trust file {file} is wrong in {error}" "correct it; `sochdb-plugin trust list` reads it again";

    TrustFiles: TrustHome { why: String } "E_TRUST_HOME"
        "no trust file exists, and this process has no home that could hold one: {why}"
        "say for the machine where plugins may be: sochdb-plugin trust add directory DIRECTORY --system; or start the host \
         with HOME set to a directory that exists (USERPROFILE on Windows); or let the program say what it demands, with \
         `DynamicPluginLoader::policy`";

    Path: PathEmpty "E_PATH_EMPTY" "the path is empty" "give the absolute path of the plugin's file";
    Path: PathNul "E_PATH_NUL" "the path contains a NUL byte" "give the path without it";
    Path: PathTooLong { what: &'static str, length: usize, limit: usize } "E_PATH_TOO_LONG"
        "the {what} has {length} bytes, more than {limit}" "move the plugin to a shorter path";
    Path: PathNotAbsolute { path: UntrustedText, absolute: UntrustedText } "E_PATH_NOT_ABSOLUTE"
        "the path {path} is not absolute" "give the path from / on, which is {absolute} here: a plugin is not searched for";
    Path: PathNotNormal { path: UntrustedText, part: &'static str } "E_PATH_NOT_NORMAL"
        "the path {path} contains {part}" "give the path that `realpath` prints for it";
    Path: PathToken { path: UntrustedText } "E_PATH_TOKEN"
        "the path {path} contains `$`, which the dynamic linker would expand" "rename the file or directory";
    Path: PathPseudo { path: UntrustedText } "E_PATH_PSEUDO"
        "the path {path} is in a file system that holds no files" "copy the plugin to a directory on disk";

    Directories: Platform { system: &'static str } "E_PLATFORM"
        "nobody judges yet who can change files on this operating system ({system}), so none is loaded"
        "run the host on Linux, or link the plugin into the program and use `DynamicPluginLoader::linked`";
    Directories: DirNotFound { directory: UntrustedText } "E_DIR_NOT_FOUND"
        "the directory {directory} does not exist"
        "check the path, or make it a directory of plugins: sochdb-plugin install FILE --directory {directory}";
    Directories: DirSymlink { directory: UntrustedText } "E_DIR_SYMLINK"
        "{directory} on the way to the file is a symbolic link" "give the path that `realpath` prints for it";
    Directories: NotADirectory { directory: UntrustedText } "E_DIR_NOT_A_DIRECTORY"
        "{directory} on the way to the file is not a directory" "check the path";
    Directories: DirDenied { directory: UntrustedText } "E_DIR_DENIED"
        "this process may not enter the directory {directory}" "chmod a+x {directory}, or run the host as another user";
    Directories: DirOwner { directory: UntrustedText, owner: u32, trusted: String, suggested_owner: u32 } "E_DIR_OWNER"
        "the directory {directory} belongs to user {owner}, {trusted}"
        "chown {suggested_owner} {directory}, or use a directory that only root or user {suggested_owner} can change";
    Directories: DirUnmapped { directory: UntrustedText, owner: u32 } "E_DIR_UNMAPPED"
        "the directory {directory} belongs to user {owner}, which in this user namespace stands for every user that the \
         namespace does not map"
        "use a directory of a user that the namespace maps (/proc/self/uid_map), and run the host as one of those";
    Directories: DirWritable { directory: UntrustedText, mode: u32, fix: String } "E_DIR_WRITABLE"
        "the directory {directory} can be changed by others (mode {mode:04o})"
        "{fix}; with umask 022 new directories are right from the start";
    Directories: DirIo { directory: UntrustedText, reason: std::io::Error } "E_DIR_IO"
        "cannot open the directory {directory}: {reason}"
        "check the file system that it is on, and allow this process to open files (seccomp filter)";

    Directories as step: Owner { step: Step, path: UntrustedText, owner: String, trusted: String, suggested: String } "E_WIN_OWNER"
        "{path} belongs to {owner}, {trusted}"
        "after you made sure where it comes from: icacls {path} /setowner *{suggested}";
    Directories as step: AccessList { step: Step, path: UntrustedText, who: String, rights: u32 } "E_WIN_ACCESS_LIST"
        "the access list of {path} lets {who} change it (rights {rights:#x})"
        "after you made sure that they did not: icacls {path} /inheritance:d, then icacls {path} /remove:g *{who}; or keep plugins \
         where only administrators and you can write";

    AllowList: NotAllowed { directory: UntrustedText, place: String, copy: String } "E_NOT_ALLOWED"
        "no trust file allows plugins in the directory {directory}"
        "sochdb-plugin trust add directory {directory}{place}{copy}";

    File: FileNotFound { path: UntrustedText } "E_FILE_NOT_FOUND" "the file {path} does not exist" "check the path";
    File: FileSymlink { path: UntrustedText } "E_FILE_SYMLINK"
        "{path} is a symbolic link" "give the path that `realpath` prints for it";
    File: FileDenied { path: UntrustedText, fix: String } "E_FILE_DENIED"
        "this process may not read the file {path}"
        "{fix}, or run the host as another user";
    File: FileIo { path: UntrustedText, reason: std::io::Error } "E_FILE_IO"
        "cannot read the file {path}: {reason}"
        "check the file system that it is on, and allow this process to read files (seccomp filter)";
    File: NotRegular { path: UntrustedText, kind: &'static str } "E_FILE_NOT_REGULAR"
        "{path} is a {kind}, not a regular file" "give the path of the plugin's .so file";
    File: FileOwner { path: UntrustedText, owner: u32, trusted: String, suggested_owner: u32 } "E_FILE_OWNER"
        "the file {path} belongs to user {owner}, {trusted}"
        "chown {suggested_owner} {path}, after you made sure where it comes from";
    File: FileUnmapped { path: UntrustedText, owner: u32 } "E_FILE_UNMAPPED"
        "the file {path} belongs to user {owner}, which in this user namespace stands for every user that the namespace \
         does not map"
        "give the file to a user that the namespace maps (/proc/self/uid_map), and run the host as one of those";
    File: FileWritable { path: UntrustedText, mode: u32 } "E_FILE_WRITABLE"
        "the file {path} can be changed by others (mode {mode:04o})"
        "chmod go-w {path}; build with umask 022 to keep it so; or copy it to where plugins are: sochdb-plugin install {path}";
    File: SpecialBits { path: UntrustedText, mode: u32 } "E_FILE_SPECIAL_BITS"
        "the file {path} has a set-user-ID, set-group-ID or sticky bit (mode {mode:04o})" "chmod u-s,g-s,-t {path}";
    File: TooSmall { path: UntrustedText, size: u64 } "E_FILE_TOO_SMALL"
        "the file {path} has {size} bytes: no library is that small" "copy or build the plugin again";
    File: TooLarge { path: UntrustedText, size: u64, limit: u64 } "E_FILE_TOO_LARGE"
        "the file {path} has {size} bytes, more than the limit of {limit}"
        "make it smaller: strip -s {path}; or raise the loader's limit";
    File: FileReplaced { path: UntrustedText } "E_FILE_REPLACED"
        "the file {path} was replaced by another one while it was opened" "load it when nobody installs it";

    ExecPolicy: Noexec { path: UntrustedText } "E_NOEXEC_MOUNT"
        "the file {path} is on a file system that is mounted noexec" "move the plugin to one that allows to run code";
    ExecPolicy: ExecPolicyIo { path: UntrustedText, reason: std::io::Error } "E_EXEC_POLICY_IO"
        "cannot ask the file system of {path} for its mount flags: {reason}"
        "check the file system that it is on, and allow this process fstatfs (seccomp filter)";

    ExecPolicy: ExecDenied { path: UntrustedText, reason: std::io::Error } "E_EXEC_DENIED"
        "the kernel's policy does not let the file {path} run: {reason}"
        "chmod a+x {path}, or change the policy (execveat with AT_EXECVE_CHECK was asked)";

    Seal: Memfd { reason: std::io::Error } "E_MEMFD"
        "cannot make the sealed memory for the plugin's copy: {reason}"
        "allow this process memfd_create (service sandbox, seccomp filter); a kernel must be Linux 3.17 or newer";
    Seal: Copy { path: UntrustedText, reason: std::io::Error } "E_COPY"
        "cannot copy the file {path} into sealed memory: {reason}"
        "check the file system that it is on, and allow this process to read and write files (seccomp filter)";
    Seal: PrivateCopy { directory: UntrustedText, reason: String } "E_PRIVATE_COPY"
        "the plugin cannot be copied to where only this user and root can change it, below {directory}: {reason}"
        "set TMPDIR to a directory that only this user and root can change, with room for the plugin";
    Seal: FileChanged { path: UntrustedText } "E_FILE_CHANGED"
        "the file {path} changed while it was read, or somebody has it open for writing" "load it when nobody writes it";
    Seal: Seal { found: String } "E_SEAL"
        "the kernel did not seal the copy: {found}"
        "use a Linux kernel of 3.17 or newer, and allow this process fcntl (seccomp filter)";

    Digest: Map { reason: std::io::Error } "E_MAP"
        "cannot map the sealed copy for reading: {reason}" "allow this process mmap (service sandbox, seccomp filter)";

    Trust: Revoked { digest: Digest, why: String } "E_REVOKED"
        "the plugin with SHA-256 {digest} was revoked{why}" "get a newer version of the plugin";
    Trust: DigestMismatch { path: UntrustedText, found: Digest, by: &'static str, expected: Digest } "E_DIGEST"
        "{path} has SHA-256 {found}, but {by} says {expected}"
        "find out who changed it; then put the publisher's copy in its place, not {path} itself: sochdb-plugin install COPY";
    Trust: Unpinned { digest: Digest, place: String, copy: String } "E_UNPINNED"
        "nobody pinned the plugin: no trust file and no lock file has SHA-256 {digest}"
        "{copy}sochdb-plugin trust add pin {digest}{place}";
    Trust: LockFile { file: UntrustedText, reason: String, fix: String } "E_LOCK_FILE"
        "the lock file {file} cannot be used: {reason}" "{fix}";
    Trust: LockSyntax { file: UntrustedText, error: SyntaxError } "E_LOCK_SYNTAX"
        "the lock file {file} is wrong in {error}" "install its plugins again, from the publishers' copies: sochdb-plugin install writes it";
    Trust: SignatureMissing { manifest: UntrustedText } "E_SIGNATURE_MISSING"
        "the policy demands a signature, and there is none: {manifest} does not exist"
        "get the plugin with its two files .manifest and .manifest.minisig; its publisher makes them with \
         `sochdb-plugin sign`";
    Trust: SignatureInvalid { signature: UntrustedText, reason: String } "E_SIGNATURE_INVALID"
        "the signature {signature} does not hold: {reason}"
        "get the plugin and its two files again from its publisher, and do not load this one";
    Trust: KeyUnknown { signature: UntrustedText, key: String, fix: String } "E_KEY_UNKNOWN"
        "{signature} was made with the key whose ID is {key}, and no publisher that the trust files name has it" "{fix}";
    Trust: KeyRevoked { signature: UntrustedText, key: String, why: String } "E_KEY_REVOKED"
        "{signature} was made with the key whose ID is {key}, which a trust file revokes{why}"
        "get the plugin again from its publisher, signed with another key; `sochdb-plugin trust list` prints who revoked it";
    Trust: ManifestFile { file: UntrustedText, reason: String, fix: String } "E_MANIFEST_FILE"
        "the file {file} cannot be used: {reason}" "{fix}";
    Trust: ManifestSyntax { file: UntrustedText, error: SyntaxError } "E_MANIFEST_SYNTAX"
        "the signed manifest {file} is wrong in {error}" "tell its publisher; `sochdb-plugin sign` writes it";
    Trust: ManifestDigest { manifest: UntrustedText, found: Digest, signed: Digest } "E_MANIFEST_DIGEST"
        "the file has SHA-256 {found}, but {manifest} is for {signed}"
        "install plugin, manifest and signature together; if they were, do not load this one";

    Note: AbiMajor { host: u16, plugin: u16 } "E_ABI_MAJOR"
        "the plugin speaks ABI major {plugin}, this host {host}" "get the plugin for ABI major {host}";
    Note: HostTooOld { needs: u16, host: u16 } "E_HOST_TOO_OLD"
        "the plugin needs a host of ABI minor {needs} or newer, this one has {host}"
        "update the host, or get an older version of the plugin";
    Note: LayoutUnknown { minor: u16 } "E_LAYOUT_UNKNOWN"
        "the plugin was compiled with a header that is not the one of ABI minor {minor}"
        "compile the plugin again with an unchanged sochdb_plugin.h";
    Note: NoteMismatch { field: &'static str, note: String, entry: String } "E_NOTE_MISMATCH"
        "note and entry of the file differ in {field}: {note} and {entry}"
        "compile the plugin again; let `SOCH_PLUGIN` or `export_plugin!` write both";

    Note: ManifestMismatch { field: &'static str, signed: String, note: String } "E_MANIFEST_MISMATCH"
        "the signed manifest says {field} {signed}, the plugin's note {note}"
        "do not load it: a signature for another plugin was put beside it";
    Note: ConformanceMissing { wanted: String } "E_CONFORMANCE"
        "a trust file demands that the plugin passed the conformance suite {wanted}, and its signed manifest does not say so"
        "get a newer version from its publisher, who checks it with `sochdb-plugin check --json FILE`, and signs it \
         with that report: `sochdb-plugin sign FILE --key KEY --checked REPORT`; or take `conformance` out of the directory's entry, which \
         `sochdb-plugin trust list` names";
    Note: VersionTooOld { error: TooOld } "E_VERSION_TOO_OLD"
        "{error}" "install a newer version; the minimum is in a trust file, see `sochdb-plugin trust list`";

    Note: EntrySize { says: u32, has: u64 } "E_ENTRY_SIZE"
        "the entry says that it has {says} bytes, but `soch_plugin_v1` has {has}"
        "set `.size = sizeof(soch_plugin)` in the entry, or let `SOCH_PLUGIN` or `export_plugin!` write it";

    Dependencies: DepForbidden { libraries: String, found: Vec<PathBuf>, fix: String } "E_DEP_FORBIDDEN"
        "the plugin needs libraries that no trust file names: {libraries}" "{fix}";
    Dependencies: DepMissing { name: UntrustedText, places: String } "E_DEP_MISSING"
        "the library {name} that the plugin needs is not in {places}"
        "install the package of the system that has it, or put a link to it there";
    Dependencies: DepRefused { name: UntrustedText, reason: String, fix: String } "E_DEP_REFUSED"
        "the library {name} that the plugin needs is refused: {reason}" "{fix}";
    Dependencies: DepSoname { name: UntrustedText, soname: UntrustedText } "E_DEP_SONAME"
        "the file of the library {name} has the name {soname} inside, so the dynamic linker would search for another"
        "link that library with -Wl,-soname,{name}, or run `patchelf --set-soname {name}` on it; or link it into the plugin";

    Identity: SonameTaken { soname: UntrustedText } "E_SONAME_TAKEN"
        "a library with the plugin's inner name {soname} is in memory already"
        "link the plugin with -Wl,-soname,libsochdb_plugin_NAME.so, or without a soname";
    Identity: AliasLoaded "E_ALIAS_LOADED"
        "the dynamic linker would return a library that is loaded already instead of this one"
        "restart the host; if it comes again, report it together with `ls -l /proc/PID/fd`";
    Identity: ProcMissing { path: String } "E_PROC"
        "{path} is not the sealed copy: /proc is not mounted, or is that of another PID namespace"
        "mount /proc in the host's own PID namespace";
    Identity: ProcIo { what: String, reason: std::io::Error } "E_PROC_IO"
        "nobody can tell whether the dynamic linker would get the sealed copy: {what} failed: {reason}"
        "allow this process stat, fstat and fcntl (service sandbox, seccomp filter)";

    Probe: ProbeCrashed { signal: i32 } "E_PROBE_CRASHED"
        "a constructor of the plugin, or of a library that it needs, ended the probe by signal {signal}"
        "report it to the plugin's vendor, unless a program without the plugin crashes with that library too: a library must \
         do nothing while it is loaded that can fail; with a stack limit (`ulimit -s`) below 64 KiB every program crashes";
    Probe: ProbeTimeout { limit: std::time::Duration, fix: String } "E_PROBE_TIMEOUT"
        "the constructors of the plugin, and of the libraries that it needs, did not return within {limit:?}"
        "report it to the plugin's vendor; on a machine that is too slow, raise the limit with {fix}";
    Probe: ProbeExit { how: String } "E_PROBE_EXIT"
        "a constructor of the plugin, or of a library that it needs, ended the probe {how}"
        "report it to the plugin's vendor: a library must not call exit while it is loaded; a plugin under a sanitizer does \
         so in each probe, and is loaded by a program that is started with LD_PRELOAD of the sanitizer's library and turns \
         the probe off with `probing(false)`";
    Probe: ProbeUnavailable { why: String } "E_PROBE_UNAVAILABLE"
        "the probe cannot run here: {why}"
        "allow this process to start programs (seccomp filter, vm.memfd_noexec, noexec temporary directory), and raise what may \
         have run short (`ulimit -n` descriptors, `ulimit -u` processes, `ulimit -v` memory, `ulimit -f` file size); what is in \
         memory already without a probe needs a new start of the host; a program that is to live without the probe says `probing(false)`, which the policy strict does not accept; where the system has no probe, choose another policy for the directory";
    Probe: ProbeSandbox { found: String } "E_PROBE_SANDBOX"
        "the policy demands a probe under Landlock and seccomp, and it had: {found}"
        "use a Linux kernel of 5.13 or newer with Landlock enabled (lsm=) and filters of seccomp, on x86-64 or AArch64, and \
         let the service's own filter allow both; or choose another policy for the directory";

    Open: Open { reason: String, fix: &'static str } "E_OPEN"
        "the dynamic linker cannot load the plugin: {reason}" "{fix}";

    Entry: EntryMismatch { field: &'static str, note: String, entry: String } "E_ENTRY_MISMATCH"
        "note and loaded entry differ in {field}: {note} and {entry}"
        "compile the plugin again; let `SOCH_PLUGIN` or `export_plugin!` write both";
    Entry: KindsMismatch { note: String, entry: String, fix: String } "E_ENTRY_KINDS"
        "`SOCH_PLUGIN` says the kinds {note}; the entry has: {entry}" "{fix}";
    Entry: EntryMalformed { reason: String, fix: &'static str } "E_ENTRY_MALFORMED"
        "the loaded entry is malformed: {reason}" "{fix}; if the plugin is not yours, report it to its vendor";

    Layout: Layout { reason: String } "E_LAYOUT"
        "the plugin's types differ from the host's: {reason}"
        "compile the plugin again with an unchanged sochdb-plugin-sdk";

    Version: SlotMissing { table: &'static str, slot: &'static str } "E_SLOT_MISSING"
        "the required function `{slot}` of `{table}` is NULL"
        "set `.{slot}` in the table of type `{table}`; if the plugin is not yours, report it to its vendor";
    Version: TableMalformed { reason: String, fix: &'static str } "E_TABLE_MALFORMED"
        "a table of the plugin is malformed: {reason}" "{fix}; if the plugin is not yours, report it to its vendor";
    Version: KindMissing { plugin: String, wanted: &'static str, has: String } "E_KIND_MISSING"
        "the plugin `{plugin}` has no {wanted} table; it has: {has}" "load it as what it is, or give another plugin";

    Create: Create { plugin: String, kind: ErrorKind, message: String } "E_CREATE"
        "the plugin `{plugin}` made no instance ({kind:?}): {message}" "check the plugin's configuration and its log";
}

impl Refusal {
    /// The refusal of a path that is not absolute, and what it would be in the directory that the process is in.
    pub(crate) fn not_absolute(path: &Path) -> Self {
        let here = std::env::current_dir().unwrap_or_else(|_| "/".into());
        Self::PathNotAbsolute { path: path.into(), absolute: here.join(path).as_path().into() }
    }

    /// The refusal at `step` for a system call that failed: a shortage if that is what it failed for, or what `other` says.
    pub(crate) fn failed(step: Step, reason: impl Into<io::Error>, other: impl FnOnce(io::Error) -> Self) -> Self {
        let reason = reason.into();
        match Lack::of(&reason) {
            Some(lack) => Self::Shortage { step, lack, reason },
            None => other(reason),
        }
    }
}
