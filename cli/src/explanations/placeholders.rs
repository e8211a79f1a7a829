//! The tables of refusals for people: where a refusal says what was found, they have `{field}`.

/// What stands for a field whose name in capitals would say little. The code `""` is any.
const WORDS: &[(&str, &str, &str)] = &[
    ("E_DIR_WRITABLE", "fix", "chmod go-w DIRECTORY, or move the plugin to a directory that only its owner can change"),
    ("E_FILE_DENIED", "fix", "chmod a+r PATH, or chmod a+x its directory, as the refusal says"),
    ("E_NOT_ALLOWED", "copy", ", or copy the plugin to where plugins are: sochdb-plugin install PATH"),
    ("E_UNPINNED", "copy", "sochdb-plugin install PATH; or, to leave it where it is: "),
    ("E_PROBE_TIMEOUT", "fix", "`probe_limit`, and `load_limit` too where the refusal says so"),
    ("E_TRUST_FILE", "fix", OF_A_TEXT),
    ("E_LOCK_FILE", "fix", OF_A_TEXT),
    ("E_MANIFEST_FILE", "fix", OF_A_TEXT),
    ("E_DEP_FORBIDDEN", "fix", "link them into the plugin, or allow them by the commands that the refusal prints"),
    ("E_DEP_REFUSED", "fix", OF_A_TEXT),
    ("E_VERSION_TOO_OLD", "error", "the plugin's version is older than the minimum in a trust file"),
    ("E_ELF_MAGIC", "found", "something else, which the refusal names"),
    ("E_KEY_UNKNOWN", "key", "KEY_ID"),
    ("E_KEY_UNKNOWN", "fix", OF_A_KEY),
    ("E_KEY_REVOKED", "key", "KEY_ID"),
    ("E_KEY_REVOKED", "why", " (for the REASON in the trust file)"),
    // It begins with a space, or is nothing.
    ("", "place", ""),
    ("E_DIGEST", "by", "what pins it"),
    ("E_SHORTAGE", "lack", "WHAT"),
    ("E_SHORTAGE", "lack:#", "raise the limit that the refusal names, or make room, as it says"),
    ("E_PROBE_EXIT", "how", "by exiting"),
    ("E_ELF_CLASS", "plugin", "32"),
    ("E_ELF_CLASS", "host", "64"),
    ("", "what", "PART"),
    ("", "fix", "do what the refusal says"),
    ("", "error", "line N, column N: REASON"),
    ("", "suggested_owner", "USER"),
    ("", "trusted", "whom the loader does not trust here"),
    // It begins with its own `: `, or is nothing.
    ("E_REVOKED", "why", " (for the REASON in the trust file)"),
];

const OF_A_KEY: &str = "if you trust its owner: sochdb-plugin trust add publisher NAME KEY, where NAME is of your choice and KEY the \
                        line that begins with RW in the publisher's .pub file; the refusal has it if `sochdb-plugin sign` signed";

const OF_A_TEXT: &str =
    "let the file be one that only root or the host's user owns and can write, and each directory on \
                         the way to it too, without symbolic links; the refusal says which of them is not so";

/// `text` of the row `code`, with words for its fields: `{mode:04o}` is `MODE`.
pub(crate) fn readable(code: &str, text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, (field, after))) = rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        let name = field.split(':').next().unwrap_or_default();
        let words = |wanted| WORDS.iter().find(|(of, field, _)| *field == wanted && (*of == code || of.is_empty()));
        // What is written in two forms has words for each.
        let words = words(field).or_else(|| words(name));
        shown.push_str(before);
        shown.push_str(&words.map_or_else(|| name.to_uppercase(), |(.., words)| (*words).to_owned()));
        rest = after;
    }
    shown + rest
}
