//! For each code, the test that follows its remedy until it ends in success.

use Row::{Followed, Nobody};

/// What is known of a code's remedy.
pub enum Row {
    /// This file has this test.
    Followed(&'static str, &'static str),
    /// No test can follow it, for this reason.
    Nobody(&'static str),
}

const PATHS: &str = "tests/remedies/paths.rs";
const FILES: &str = "tests/remedies/files.rs";
const TRUST: &str = "tests/remedies/trust.rs";
const VENDOR: &str = "tests/remedies/vendor.rs";
const NEEDED: &str = "tests/remedies/needed.rs";
const PROCESS: &str = "tests/remedies/process.rs";
const COMMAND: &str = "tests/remedies/command.rs";
/// Where a call is allowed again in the first row, and the plugin loads.
const KERNELS: Row = Followed("tests/loader/poor_kernels/rows.rs", "a_poor_kernel_loads_under_the_development_policy");

const RIGHT_PATH: Row = Followed(PATHS, "a_path_that_is_given_as_the_remedy_says_is_taken");
const MOVED: Row = Followed(PATHS, "a_file_that_is_moved_as_the_remedy_says_is_taken");
const TAKEN_OVER: Row = Followed(PATHS, "what_belongs_to_somebody_else_is_taken_over_by_the_command");
const OPENED: Row = Followed(PATHS, "what_may_not_be_entered_or_read_is_opened_by_the_command");
const UNMAPPED: Row = Followed("tests/loader/namespaces.rs", "what_belongs_to_users_who_are_not_mapped_is_nobody_s");
const MODE: Row = Followed(FILES, "the_mode_of_a_file_is_mended_by_the_first_command");
const SIZE: Row = Followed(FILES, "a_file_of_a_wrong_size_is_copied_or_stripped");
const TRUST_FILE: Row = Followed(TRUST, "a_trust_file_is_mended_as_its_refusal_says");
const ALLOWED: Row = Followed(TRUST, "what_is_not_allowed_is_allowed_or_copied_by_the_commands");
const INSTALLED: Row = Followed(TRUST, "installed_bytes_and_their_lock_file_are_mended_by_the_commands");
const SIGNED: Row = Followed(TRUST, "what_is_missing_or_wrong_of_a_signature_is_made_right_as_the_remedies_say");
const MANIFEST: Row = Followed(TRUST, "a_manifest_of_another_plugin_is_replaced_by_its_own");
const OPTION: Row = Followed(VENDOR, "a_library_linked_without_the_option_that_the_remedy_names_loads");
const EDITED: Row = Followed(VENDOR, "a_file_that_was_edited_is_built_again");
const FOREIGN: Row = Followed(VENDOR, "a_plugin_for_another_processor_is_built_for_this_one");
const MACROS: Row = Followed(VENDOR, "what_the_macros_write_takes_the_place_of_what_a_hand_wrote");
const NAMES: Row = Followed(VENDOR, "a_name_or_version_that_is_none_is_given_another");
const KINDS: Row = Followed(VENDOR, "kinds_are_named_as_the_remedy_lists_them");
const TABLES: Row = Followed(VENDOR, "tables_and_entries_are_filled_as_the_remedy_says");
const CONSTRUCTORS: Row = Followed(PROCESS, "constructors_that_end_the_process_are_mended_by_their_vendor");
const OLDER: Row = Followed(PROCESS, "a_plugin_for_a_newer_host_or_of_another_kind_gives_way_to_one_that_fits");
const TYPED: Row = Followed(COMMAND, "what_was_typed_wrongly_is_typed_as_the_remedy_says");
const ASKED: Row = Followed(COMMAND, "what_install_asks_to_be_told_is_told_it");
const ENTRIES: Row = Followed(COMMAND, "entries_of_a_trust_file_are_changed_by_the_commands");
const KEYS: Row = Followed(COMMAND, "keys_and_passwords_are_given_as_the_remedies_say");
const PLACES: Row = Followed(COMMAND, "what_has_no_place_is_given_one");

/// Every code, in the order of the tables.
pub const ROWS: &[(&str, Row)] = &[
    ("E_NOT_TRUSTED", Followed(PROCESS, "a_process_that_does_not_allow_plugins_is_told_the_variable")),
    ("E_FORKED", Followed(PROCESS, "a_child_of_fork_loads_after_exec")),
    ("E_SHORTAGE", Followed(FILES, "what_ran_short_is_raised_by_the_command_that_the_remedy_names")),
    ("E_LOAD_TIMEOUT", Followed(PROCESS, "a_load_that_takes_too_long_gets_the_time_that_the_remedy_names")),
    ("E_TRUST_FILE", TRUST_FILE),
    ("E_TRUST_SYNTAX", TRUST_FILE),
    ("E_TRUST_HOME", Followed(TRUST, "who_has_no_home_is_given_one")),
    ("E_PATH_EMPTY", RIGHT_PATH),
    ("E_PATH_NUL", RIGHT_PATH),
    ("E_PATH_TOO_LONG", MOVED),
    ("E_PATH_NOT_ABSOLUTE", RIGHT_PATH),
    ("E_PATH_NOT_NORMAL", RIGHT_PATH),
    ("E_PATH_TOKEN", MOVED),
    ("E_PATH_PSEUDO", MOVED),
    ("E_PLATFORM", Nobody("no process on Linux can meet it")),
    ("E_DIR_NOT_FOUND", RIGHT_PATH),
    ("E_DIR_SYMLINK", RIGHT_PATH),
    ("E_DIR_NOT_A_DIRECTORY", RIGHT_PATH),
    ("E_DIR_DENIED", OPENED),
    ("E_DIR_OWNER", TAKEN_OVER),
    ("E_DIR_UNMAPPED", UNMAPPED),
    ("E_DIR_WRITABLE", Followed(PATHS, "a_directory_that_others_can_change_is_closed_by_the_first_command")),
    ("E_DIR_IO", KERNELS),
    ("E_WIN_OWNER", Nobody("no process on Linux can meet it; wine, where host/tests/windows.rs does, has no icacls")),
    ("E_WIN_ACCESS_LIST", Nobody("no process on Linux can meet it; wine, where host/tests/windows.rs does, has no icacls")),
    ("E_NOT_ALLOWED", ALLOWED),
    ("E_FILE_NOT_FOUND", RIGHT_PATH),
    ("E_FILE_SYMLINK", RIGHT_PATH),
    ("E_FILE_DENIED", OPENED),
    ("E_FILE_IO", Nobody("a file system that fails must be mended, which is not this program's to say how")),
    ("E_FILE_NOT_REGULAR", RIGHT_PATH),
    ("E_FILE_OWNER", TAKEN_OVER),
    ("E_FILE_UNMAPPED", UNMAPPED),
    ("E_FILE_WRITABLE", MODE),
    ("E_FILE_SPECIAL_BITS", MODE),
    ("E_FILE_TOO_SMALL", SIZE),
    ("E_FILE_TOO_LARGE", SIZE),
    ("E_FILE_REPLACED", Nobody("a race: whoever loads again, later, has followed it; tests/hostile_races does")),
    ("E_NOEXEC_MOUNT", Followed(FILES, "from_a_mount_without_code_the_plugin_is_moved")),
    ("E_EXEC_POLICY_IO", KERNELS),
    (
        "E_EXEC_DENIED",
        Followed("tests/house/codes.rs", "a_file_that_the_kernels_policy_does_not_let_run_is_refused_where_it_is_asked"),
    ),
    ("E_MEMFD", KERNELS),
    ("E_COPY", KERNELS),
    ("E_PRIVATE_COPY", Nobody("no process on Linux can meet it")),
    ("E_FILE_CHANGED", Followed(FILES, "a_file_that_is_written_is_loaded_when_nobody_writes_it")),
    ("E_SEAL", KERNELS),
    ("E_MAP", Nobody("no input is known: a sealed file that cannot be mapped though there is memory")),
    ("E_REVOKED", Followed(TRUST, "a_revoked_plugin_gives_way_to_a_newer_one")),
    ("E_DIGEST", INSTALLED),
    ("E_UNPINNED", ALLOWED),
    ("E_LOCK_FILE", INSTALLED),
    ("E_LOCK_SYNTAX", INSTALLED),
    ("E_SIGNATURE_MISSING", SIGNED),
    ("E_SIGNATURE_INVALID", SIGNED),
    ("E_KEY_UNKNOWN", SIGNED),
    ("E_KEY_REVOKED", SIGNED),
    ("E_MANIFEST_FILE", SIGNED),
    ("E_MANIFEST_SYNTAX", MANIFEST),
    ("E_MANIFEST_DIGEST", SIGNED),
    ("E_ABI_MAJOR", EDITED),
    ("E_HOST_TOO_OLD", OLDER),
    ("E_LAYOUT_UNKNOWN", EDITED),
    ("E_NOTE_MISMATCH", MACROS),
    ("E_MANIFEST_MISMATCH", MANIFEST),
    ("E_CONFORMANCE", Followed(TRUST, "a_plugin_that_was_not_checked_is_checked_and_signed_again")),
    ("E_VERSION_TOO_OLD", Followed(TRUST, "a_version_below_the_minimum_gives_way_to_a_newer_one")),
    ("E_ENTRY_SIZE", MACROS),
    ("E_DEP_FORBIDDEN", Followed("tests/loader/dependencies/commands.rs", "all_that_is_lacking_is_allowed_by_one_line")),
    ("E_DEP_MISSING", Nobody("it says to install a package of the system, which a test must not")),
    ("E_DEP_REFUSED", Followed(NEEDED, "a_library_that_is_refused_is_mended_by_the_command")),
    ("E_DEP_SONAME", Followed(NEEDED, "a_library_with_another_name_inside_is_linked_with_the_option")),
    ("E_SONAME_TAKEN", Followed(NEEDED, "a_plugin_whose_name_is_taken_is_linked_with_another")),
    (
        "E_ALIAS_LOADED",
        Followed(
            "tests/loader_repeated_loads/main.rs",
            "a_name_that_the_application_gave_to_another_library_is_not_taken_for_the_plugin",
        ),
    ),
    ("E_PROC", Followed(FILES, "without_proc_nothing_loads_until_it_is_mounted")),
    ("E_PROC_IO", KERNELS),
    ("E_PROBE_CRASHED", CONSTRUCTORS),
    ("E_PROBE_TIMEOUT", Followed(PROCESS, "a_constructor_that_takes_too_long_gets_the_time_that_the_remedy_names")),
    ("E_PROBE_EXIT", CONSTRUCTORS),
    ("E_PROBE_UNAVAILABLE", KERNELS),
    ("E_PROBE_SANDBOX", KERNELS),
    ("E_OPEN", Followed("tests/remedies/vendor_remedies.rs", "cpp_linked_as_c_is_refused_without_a_word_on_cpp")),
    ("E_ENTRY_MISMATCH", MACROS),
    ("E_ENTRY_KINDS", KINDS),
    ("E_ENTRY_MALFORMED", TABLES),
    (
        "E_LAYOUT",
        Nobody(
            "it says to compile with an unchanged SDK, as every other test does; tests/contract/layout_walk.rs has the changes",
        ),
    ),
    ("E_SLOT_MISSING", TABLES),
    ("E_TABLE_MALFORMED", TABLES),
    ("E_KIND_MISSING", OLDER),
    ("E_CREATE", Followed(PROCESS, "an_instance_that_is_not_made_is_made_with_another_configuration")),
    ("E_ELF_MAGIC", Followed(FILES, "what_is_no_library_is_left_for_the_file_that_is")),
    ("E_FILE_FORMAT", Followed("tests/operator/inspect.rs", "a_plugin_of_another_system_is_not_read")),
    ("E_ELF_TRUNCATED", EDITED),
    ("E_ELF_IDENT", EDITED),
    ("E_ELF_TYPE", Followed(VENDOR, "an_object_file_is_linked")),
    ("E_ELF_CLASS", FOREIGN),
    ("E_ELF_BYTE_ORDER", FOREIGN),
    ("E_ELF_MACHINE", FOREIGN),
    ("E_ELF_OS_ABI", EDITED),
    ("E_ELF_ISA", Followed("tests/operator/inspect.rs", "a_plugin_for_a_newer_processor_is_loaded")),
    (
        "E_ELF_C_LIBRARY",
        Followed("tests/toolchains/musl.rs", "a_plugin_of_the_other_c_library_is_refused_until_it_is_built_for_this_one"),
    ),
    ("E_ELF_HEADERS", EDITED),
    ("E_ELF_SEGMENT", EDITED),
    ("E_ELF_WRITABLE_CODE", Followed(VENDOR, "code_that_can_be_written_is_linked_apart")),
    ("E_ELF_EXEC_STACK", OPTION),
    ("E_ELF_PROGRAM", OPTION),
    ("E_ELF_DYNAMIC", EDITED),
    ("E_ELF_SYMBOLS", EDITED),
    ("E_ELF_RELOCATIONS", EDITED),
    ("E_ELF_RPATH", OPTION),
    ("E_ELF_TEXTREL", Followed(VENDOR, "what_is_compiled_without_pic_is_compiled_with_it")),
    ("E_ELF_AUDIT", OPTION),
    ("E_ELF_INTERPOSE", OPTION),
    ("E_ELF_SONAME", OPTION),
    ("E_ELF_NEEDED", Followed(VENDOR, "a_library_named_by_its_path_is_linked_in")),
    ("E_FILE_STRANGER", Nobody("no process on Linux can meet it")),
    ("E_ELF_UNIQUE", Followed("tests/toolchains/cpp_builds.rs", "what_the_refusal_of_shared_statics_says_is_enough")),
    ("E_ELF_NO_ENTRY", MACROS),
    ("E_ELF_ENTRY", MACROS),
    ("E_ELF_LAYOUT", MACROS),
    ("E_ELF_NOTE_TEXT", NAMES),
    ("E_ELF_NOTES", EDITED),
    ("E_NOTE_MISSING", EDITED),
    ("E_NOTE_DUPLICATE", MACROS),
    ("E_NOTE_VERSION", EDITED),
    ("E_NOTE_NAME", NAMES),
    ("E_NOTE_PLUGIN_VERSION", NAMES),
    ("E_NOTE_FLAGS", Nobody("it says to update the host, and no newer one exists")),
    ("E_NOTE_KINDS", KINDS),
    ("E_USAGE", TYPED),
    ("E_FAILED", Nobody("failures of libraries that have no code of their own; no input is known")),
    ("E_CODE_UNKNOWN", TYPED),
    ("E_OUTPUT", PLACES),
    ("E_TMPDIR", PLACES),
    ("E_NO_HOME", Followed(COMMAND, "who_has_no_home_names_a_file_or_sets_it")),
    ("E_NOT_INSTALLED", TYPED),
    ("E_DOWNGRADE", ASKED),
    ("E_PIN_DIFFERS", ASKED),
    ("E_TRUST_CONFLICT", ENTRIES),
    ("E_TRUST_NO_ENTRY", ENTRIES),
    ("E_EXISTS", KEYS),
    ("E_REPORT", Followed(TRUST, "a_plugin_that_was_not_checked_is_checked_and_signed_again")),
    ("E_PASSWORD", KEYS),
    ("E_PASSWORD_FILE", KEYS),
    ("E_SECRET_KEY", KEYS),
    (
        "E_READ_TIMEOUT",
        Followed("tests/operator/odd_files.rs", "a_file_system_that_answers_late_holds_no_command_up_for_longer"),
    ),
    ("E_HELD", Followed(COMMAND, "a_directory_that_another_process_holds_is_not_waited_for_without_end")),
    ("E_WRITE", PLACES),
];
