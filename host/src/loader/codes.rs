//! Every reason to refuse a plugin, but those of its ELF file (`elf/codes.rs`): code, cause and remedy.

use super::refusal::refusals;
use super::Text;
use crate::elf::ElfError;
use sochdb_plugin_sdk::ErrorKind;
use std::sync::Arc;

refusals! {
    /// Why a plugin was not loaded. `Display` says what was found and where, without code or remedy, for those who
    /// print them apart; `Debug`, which `unwrap` prints, gives code, text and remedy in one line.
    ///
    /// `Before` is the refusal of bytes that were mapped and refused by an earlier load: all that it says is said by
    /// that load's refusal.
    pub enum LoadError also Elf(ElfError) also Before(Arc<LoadError>);

    Gate: NotTrusted { why: String } "E_NOT_TRUSTED"
        "native plugins are not allowed in this process: {why}; to allow them, set SOCHDB_ALLOW_NATIVE_PLUGINS=1 or \
         make the loader with `DynamicPluginLoader::new_trusted()`; code that you do not trust belongs in the WASM \
         sandbox"
        "allow them, if you trust the plugin as you trust the program; otherwise do not load it here";

    Lexical: PathEmpty "E_PATH_EMPTY" "the path is empty" "give the absolute path of the plugin's file";
    Lexical: PathNul "E_PATH_NUL" "the path contains a NUL byte" "give the path without it";
    Lexical: PathTooLong { what: &'static str, length: usize, limit: usize } "E_PATH_TOO_LONG"
        "the {what} has {length} bytes, more than {limit}" "move the plugin to a shorter path";
    Lexical: PathNotAbsolute { path: Text } "E_PATH_NOT_ABSOLUTE"
        "the path {path} is not absolute" "give the path from / on: a plugin is not searched for";
    Lexical: PathNotNormal { path: Text, part: &'static str } "E_PATH_NOT_NORMAL"
        "the path {path} contains {part}" "give the path that `realpath` prints for it";
    Lexical: PathToken { path: Text } "E_PATH_TOKEN"
        "the path {path} contains `$`, which the dynamic linker would expand" "rename the file or directory";
    Lexical: PathPseudo { path: Text } "E_PATH_PSEUDO"
        "the path {path} is in a file system that holds no files" "copy the plugin to a directory on disk";

    Walk: Platform "E_PLATFORM"
        "the trusted loader does not work on this operating system yet" "run the host on Linux";
    Walk: DirNotFound { directory: Text } "E_DIR_NOT_FOUND"
        "the directory {directory} does not exist" "check the path";
    Walk: DirSymlink { directory: Text } "E_DIR_SYMLINK"
        "{directory} on the way to the plugin is a symbolic link" "give the path that `realpath` prints for it";
    Walk: NotADirectory { directory: Text } "E_DIR_NOT_A_DIRECTORY"
        "{directory} on the way to the plugin is not a directory" "check the path";
    Walk: DirDenied { directory: Text } "E_DIR_DENIED"
        "this process may not enter the directory {directory}" "chmod a+x {directory}, or run the host as another user";
    Walk: DirOwner { directory: Text, owner: u32, user: u32 } "E_DIR_OWNER"
        "the directory {directory} belongs to user {owner}, neither root nor the user {user} that the host runs as"
        "chown {user} {directory}, or move the plugin to a directory that only root or user {user} can change";
    Walk: DirWritable { directory: Text, mode: u32, fix: String } "E_DIR_WRITABLE"
        "the directory {directory} can be changed by others (mode {mode:04o})"
        "{fix}; build and install with umask 022 to keep it so";
    Walk: DirIo { directory: Text, reason: std::io::Error } "E_DIR_IO"
        "cannot open the directory {directory}: {reason}" "check the file system that it is on";

    File: FileNotFound { path: Text } "E_FILE_NOT_FOUND" "the file {path} does not exist" "check the path";
    File: FileSymlink { path: Text } "E_FILE_SYMLINK"
        "{path} is a symbolic link" "give the path that `realpath` prints for it";
    File: FileDenied { path: Text } "E_FILE_DENIED"
        "this process may not read the file {path}"
        "chmod a+r {path} and a+x its directory, or run the host as another user";
    File: FileIo { path: Text, reason: std::io::Error } "E_FILE_IO"
        "cannot open the file {path}: {reason}" "check the file system that it is on";
    File: NotRegular { path: Text, kind: &'static str } "E_FILE_NOT_REGULAR"
        "{path} is a {kind}, not a regular file" "give the path of the plugin's .so file";
    File: FileOwner { path: Text, owner: u32, user: u32 } "E_FILE_OWNER"
        "the file {path} belongs to user {owner}, neither root nor the user {user} that the host runs as"
        "chown {user} {path}, after you made sure where it comes from";
    File: FileWritable { path: Text, mode: u32 } "E_FILE_WRITABLE"
        "the file {path} can be changed by others (mode {mode:04o})"
        "chmod go-w {path}; build and install with umask 022 to keep it so";
    File: SpecialBits { path: Text, mode: u32 } "E_FILE_SPECIAL_BITS"
        "the file {path} has a set-user-ID, set-group-ID or sticky bit (mode {mode:04o})" "chmod u-s,g-s,-t {path}";
    File: TooSmall { path: Text, size: u64 } "E_FILE_TOO_SMALL"
        "the file {path} has {size} bytes: no library is that small" "copy or build the plugin again";
    File: TooLarge { path: Text, size: u64, limit: u64 } "E_FILE_TOO_LARGE"
        "the file {path} has {size} bytes, more than the limit of {limit}"
        "strip the plugin (`strip -s {path}`), or raise the loader's limit";
    File: FileReplaced { path: Text } "E_FILE_REPLACED"
        "the file {path} was replaced by another one while it was opened" "load it when nobody installs it";

    ExecPolicy: Noexec { path: Text } "E_NOEXEC_MOUNT"
        "the file {path} is on a file system that is mounted noexec" "move the plugin to one that allows to run code";
    ExecPolicy: ExecPolicyIo { path: Text, reason: std::io::Error } "E_EXEC_POLICY_IO"
        "cannot ask the file system of {path} for its mount flags: {reason}" "check the file system that it is on";

    Seal: Memfd { reason: std::io::Error } "E_MEMFD"
        "cannot make the sealed memory for the plugin: {reason}"
        "allow this process memfd_create (service sandbox, seccomp filter), file descriptors and memory";
    Seal: Copy { path: Text, reason: std::io::Error } "E_COPY"
        "cannot copy the file {path} into sealed memory: {reason}" "check the file system and the memory limit";
    Seal: FileChanged { path: Text } "E_FILE_CHANGED"
        "the file {path} changed while it was read" "load it when nobody writes it";
    Seal: Seal { found: String } "E_SEAL"
        "the kernel did not seal the copy: {found}" "use a Linux kernel of 3.17 or newer";

    Digest: Map { reason: std::io::Error } "E_MAP"
        "cannot map the sealed copy for reading: {reason}" "raise the memory limit of the process";

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

    Note: EntrySize { says: u32, has: u64 } "E_ENTRY_SIZE"
        "the entry says that it has {says} bytes, but `soch_plugin_v1` has {has}"
        "set `.size = sizeof(soch_plugin)` in the entry, or let `SOCH_PLUGIN` or `export_plugin!` write it";

    Identity: AliasLoaded "E_ALIAS_LOADED"
        "the dynamic linker would return a library that is loaded already instead of this one"
        "restart the host; if it comes again, report it together with `ls -l /proc/PID/fd`";
    Identity: ProcMissing { path: String } "E_PROC"
        "{path} is not the sealed copy: /proc is not mounted, or is that of another PID namespace"
        "mount /proc in the host's own PID namespace";

    Open: Open { reason: String } "E_OPEN"
        "the dynamic linker cannot load the plugin: {reason}"
        "install the libraries that it needs, or link them into the plugin; leave no symbol undefined (-Wl,-z,defs)";

    Entry: EntryMissing "E_ENTRY_MISSING"
        "the loaded library has no symbol `soch_plugin_v1`" "use `SOCH_PLUGIN` or `export_plugin!` once in the plugin";
    Entry: EntryMismatch { field: &'static str, note: String, entry: String } "E_ENTRY_MISMATCH"
        "note and loaded entry differ in {field}: {note} and {entry}"
        "compile the plugin again; let `SOCH_PLUGIN` or `export_plugin!` write both";
    Entry: KindsMismatch { note: String, entry: String, kinds: String } "E_ENTRY_KINDS"
        "`SOCH_PLUGIN` says the kinds {note}; the entry has: {entry}"
        "name in `SOCH_PLUGIN` exactly the kinds whose tables are set, which here is {kinds}, or set the missing tables";
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
    Version: KindMissing { wanted: &'static str, has: String } "E_KIND_MISSING"
        "the plugin has no {wanted} table; it has: {has}" "load it as what it is, or give another plugin";

    Create: Create { kind: ErrorKind, message: String } "E_CREATE"
        "the plugin made no instance ({kind:?}): {message}" "check the plugin's configuration and its log";
}
