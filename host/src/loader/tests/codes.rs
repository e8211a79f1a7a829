//! The tables of refusals as a whole.

use crate::loader::tests::*;
use crate::refusal::elf_error::ElfError;
use crate::refusal::step::Step;
use std::collections::BTreeSet;

#[test]
fn every_code_is_unique_and_has_a_cause_and_a_remedy() {
    let mut codes = BTreeSet::new();
    for reason in Refusal::TABLE.iter().chain(ElfError::TABLE) {
        assert!(codes.insert(reason.code), "{} comes twice", reason.code);
        assert!(reason.code.starts_with("E_"), "{}", reason.code);
        assert!(reason.code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{}", reason.code);
        assert!(!reason.cause.is_empty() && !reason.remedy.is_empty(), "{}", reason.code);
        assert!(Step::ALL.contains(&reason.step));
    }
}

#[test]
fn a_refusal_of_the_elf_file_keeps_its_own_code() {
    let error = Refusal::from(ElfError::ExecStack);
    assert_eq!(error.code(), "E_ELF_EXEC_STACK");
    assert_eq!(error.step(), Step::Elf);
    assert_eq!(error.to_string(), ElfError::ExecStack.to_string());
    assert!(error.remedy().contains("noexecstack"));
}

#[test]
fn a_key_is_shown_where_to_be_found() {
    let directory = Dir::new();
    let plugin = directory.file("x.so", good_or_skip!("a_key_is_shown_where_to_be_found"));
    let signature = include_bytes!("../../trust/tests/codec_xor.so.manifest.minisig");
    directory.file("x.so.manifest", include_bytes!("../../trust/tests/codec_xor.so.manifest"));
    directory.file("x.so.manifest.minisig", signature);
    let options = Options { policy: Some(crate::trust::policy::Policy::Signed), ..options(Permission::Program) };
    let error = steps_of(&plugin, &options).0.expect_err("there is no publisher");
    assert_eq!(error.code(), "E_KEY_UNKNOWN");
    assert!(error.remedy().contains("begins with RW") && error.remedy().contains(".pub"), "{}", error.remedy());
}

#[test]
fn a_remedy_can_be_pasted() {
    let directory = Path::new("/opt/my plugins");
    let error = Refusal::FileWritable { path: directory.into(), mode: 0o775 };
    assert!(error.remedy().starts_with("chmod go-w $'/opt/my plugins'"), "{}", error.remedy());
    assert!(error.to_string().contains("(mode 0775)"), "{error}");
}

#[test]
fn what_ends_the_probe_may_be_a_library_that_the_plugin_needs() {
    let (limit, how) = (std::time::Duration::from_secs(2), "with exit code 0".to_owned());
    for error in [
        Refusal::ProbeCrashed { signal: 6 },
        Refusal::ProbeTimeout { limit, fix: String::new() },
        Refusal::ProbeExit { how },
    ] {
        assert!(error.to_string().contains("librar"), "{error}");
    }
}
