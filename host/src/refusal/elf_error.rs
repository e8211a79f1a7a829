//! Every reason to refuse an ELF file or its note: code, cause and remedy.

use crate::base::text::UntrustedText;
use crate::refusal::table::refusals;

refusals! {
    /// The reason why a file is not a plugin for this host, as far as its bytes tell.
    ///
    /// ```
    /// use sochdb_plugin_host::{Facts, Step};
    ///
    /// let refused = Facts::read(b"#!/bin/sh\n").unwrap_err();
    /// assert_eq!((refused.code(), refused.step()), ("E_ELF_MAGIC", Step::Elf));
    /// ```
    ///
    #[doc = include_str!("elf_refusals.md")]
    pub enum ElfError;

    Elf: NotElf { found: &'static str } "E_ELF_MAGIC"
        "the file is no ELF shared library; it looks like {found}" "give the path of the plugin's .so file";
    Elf: Foreign { format: &'static str, reason: String } "E_FILE_FORMAT"
        "the file begins as {format} does, and goes on otherwise: {reason}"
        "copy or build the plugin again, and do not edit the file";
    Elf: Truncated { what: &'static str } "E_ELF_TRUNCATED"
        "the file ends before the end of its {what}" "copy or build the plugin again: the file is incomplete";
    Elf: Ident { what: &'static str, value: u8 } "E_ELF_IDENT"
        "the ELF header has {what} {value}" "build the plugin again with the usual linker of the system";
    Elf: Type { found: &'static str } "E_ELF_TYPE"
        "the file is {found}, not a shared library" "link the plugin with -shared (Rust: crate-type cdylib)";
    Elf: Class { plugin: u8, host: u8 } "E_ELF_CLASS"
        "the plugin is for {plugin}-bit processes, this host is a {host}-bit one"
        "build the plugin for this host's processor";
    Elf: ByteOrder { plugin: &'static str, host: &'static str } "E_ELF_BYTE_ORDER"
        "the plugin is {plugin}, this host {host}" "build the plugin for this host's processor";
    Elf: Machine { plugin: &'static str, number: u16, host: &'static str } "E_ELF_MACHINE"
        "the plugin is for {plugin} (machine {number}), this host runs on {host}"
        "build the plugin for this host's processor";
    Elf: OsAbi { abi: u8, version: u8 } "E_ELF_OS_ABI"
        "the plugin is for another operating system (ELF OS ABI {abi}, version {version})"
        "build the plugin for Linux";
    Elf: CLibrary { plugin: &'static str, needs: UntrustedText, host: &'static str } "E_ELF_C_LIBRARY"
        "it was linked with the C library {plugin}, as it needs {needs}; this process has {host}, and two of them in one process \
         would break both"
        "build it for {host}: C and C++ with a compiler whose C library that is, Rust with `--target` of the name that ends in \
         -gnu for glibc and in -musl for musl; or run the host on a system with {plugin}";
    Elf: Isa { needed: u8, present: u8 } "E_ELF_ISA"
        "the plugin needs a processor of level x86-64-v{needed}, this one has level x86-64-v{present}"
        "compile everything in it with -march=x86-64-v{present} at most and without -mneeded, and \
         link it without -Wl,-z,x86-64-v{needed}; or \
         run the host on a processor of level x86-64-v{needed}";
    Elf: Headers { reason: &'static str } "E_ELF_HEADERS"
        "the program headers are malformed: {reason}" "build the plugin again, and do not edit the file";
    Elf: Segment { reason: &'static str } "E_ELF_SEGMENT"
        "a segment is malformed: {reason}" "build the plugin again, and do not edit the file";
    Elf: WritableCode "E_ELF_WRITABLE_CODE"
        "a segment is both writable and executable" "link without -N, --omagic and RWX linker scripts";
    Elf: ExecStack "E_ELF_EXEC_STACK"
        "it would make the stacks of the process executable (PT_GNU_STACK)"
        "link with -Wl,-z,noexecstack, and end assembler files with `.section .note.GNU-stack,\"\",@progbits`; with tcc, \
         which has no such option, compile with `tcc -c` and link with `cc -shared -Wl,-z,noexecstack`";
    Elf: Program { what: &'static str } "E_ELF_PROGRAM"
        "the file is a program ({what}), not a shared library" "link the plugin with -shared, not -pie";
    Elf: Dynamic { reason: &'static str } "E_ELF_DYNAMIC"
        "the dynamic section is malformed: {reason}" "build the plugin again, and do not edit the file";
    Elf: Symbols { reason: &'static str } "E_ELF_SYMBOLS"
        "the symbol table is malformed: {reason}" "build the plugin again, and do not edit the file";
    Elf: Relocations { reason: &'static str } "E_ELF_RELOCATIONS"
        "the relocations are malformed: {reason}"
        "compile everything in it with -fPIC, link it with -shared again, and do not edit the file";
    Elf: Rpath { path: UntrustedText } "E_ELF_RPATH"
        "it brings a search path for libraries of its own (DT_RPATH or DT_RUNPATH {path})"
        "link without -rpath, or run `patchelf --remove-rpath` on it; link what it needs statically";
    Elf: TextRel "E_ELF_TEXTREL"
        "its code must be changed while it is loaded (text relocations)" "compile everything in it with -fPIC";
    Elf: Audit { tag: &'static str } "E_ELF_AUDIT"
        "it asks the dynamic linker to put other code between ({tag})" "link without --audit, --filter, --auxiliary";
    Elf: Interpose "E_ELF_INTERPOSE"
        "its symbols would come before those of other libraries (DF_1_INTERPOSE)" "link without -z interpose";
    Elf: Soname { soname: UntrustedText } "E_ELF_SONAME"
        "its SONAME {soname} is neither its file's name nor libNAME.so with the plugin's name: other \
         libraries that need {soname} would get this one"
        "link without -soname, or with -Wl,-soname,libNAME.so";
    Elf: Needed { name: UntrustedText } "E_ELF_NEEDED"
        "it needs the library {name}, named by a path" "link with -lNAME, or link what it needs statically";
    Elf: Stranger { name: UntrustedText } "E_FILE_STRANGER"
        "it needs the library {name}, which is none of the system's; on this system plugins may need no other"
        "link what it needs statically";
    Elf: Unique { symbol: UntrustedText } "E_ELF_UNIQUE"
        "it exports {symbol} as a symbol that all libraries of the process share (STB_GNU_UNIQUE)"
        "link with -Wl,--version-script=include/sochdb_plugin.map, the file beside sochdb_plugin.h: it keeps all but \
         the entry inside";
    Elf: EntryAbsent "E_ELF_NO_ENTRY"
        "it exports no symbol `soch_plugin_v1`"
        "use `SOCH_PLUGIN` or `export_plugin!` once in the plugin, and build it as a library: without -DSOCH_ENTRY, and without \
         the feature of a crate that is for linking it in; if it is in a static library, link that with \
         -Wl,--whole-archive LIBRARY.a -Wl,--no-whole-archive; a version script must name it under global:";
    Elf: EntryKind { reason: &'static str } "E_ELF_ENTRY"
        "its symbol `soch_plugin_v1` {reason}" "let `SOCH_PLUGIN` or `export_plugin!` define it";

    Elf: LayoutKind { reason: &'static str } "E_ELF_LAYOUT"
        "its symbol `soch_layout_v1` {reason}" "let `export_plugin!` define it";

    Note: NoteMissing "E_NOTE_MISSING"
        "it has no SochDB note"
        "use `SOCH_PLUGIN` or `export_plugin!` once in the plugin, and do not remove .note sections; tcc gives the section a \
         wrong type, so after `tcc -c` do: objcopy --dump-section .note.sochdb=NOTE FILE.o; objcopy --remove-section \
         .note.sochdb FILE.o; objcopy --add-section .note.sochdb=NOTE --set-section-flags .note.sochdb=alloc,readonly \
         --set-section-alignment .note.sochdb=4 FILE.o";
    Note: NoteDuplicate { count: usize } "E_NOTE_DUPLICATE"
        "it has {count} SochDB notes" "use `SOCH_PLUGIN` or `export_plugin!` once, in one library or crate only";
    Note: NoteVersion { version: u32 } "E_NOTE_VERSION"
        "the SochDB note has version {version}" "compile the plugin again with sochdb_plugin.h or sochdb-plugin-sdk";
    Note: NoteName { name: UntrustedText } "E_NOTE_NAME"
        "the plugin's name {name} is not 1 to 63 of A-Z a-z 0-9 _ . + -, beginning with a letter or digit"
        "give the plugin another name";
    Note: NotePluginVersion { version: UntrustedText } "E_NOTE_PLUGIN_VERSION"
        "the plugin's version {version} is not 1 to 31 of A-Z a-z 0-9 _ . + -, beginning with a letter or digit"
        "give the plugin another version";
    Note: NoteFlags { flags: u32 } "E_NOTE_FLAGS"
        "the plugin asks for something that this host does not know (flags {flags:#x})" "update the host";
    Note: NoteKinds { found: String } "E_NOTE_KINDS"
        "the note names {found}"
        "name the kinds of the tables that are set in `SOCH_PLUGIN` or `export_plugin!`: SOCH_KIND_STORAGE, \
         SOCH_KIND_INDEX, SOCH_KIND_OBSERVABILITY, SOCH_KIND_COMPRESSION, SOCH_KIND_CUSTOM";
    Elf: NoteText { what: &'static str } "E_ELF_NOTE_TEXT"
        "the {what} in the SochDB note goes on after its NUL"
        "take `\\0` out of the {what} that `SOCH_PLUGIN` gets; if it has none, the file was edited: build it again";
    Elf: NoteMalformed { reason: &'static str } "E_ELF_NOTES"
        "the notes are malformed: {reason}" "build the plugin again, and do not edit the file";
}
