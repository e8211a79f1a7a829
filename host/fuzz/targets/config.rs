//! Any text as a plugin's configuration: the C header reads what serde_json reads. Other bytes must do no harm.

#![no_main]

#[path = "../../../tests/contract/config/reference.rs"]
mod reference;

use libfuzzer_sys::fuzz_target;

extern "C" {
    /// Of tests/contract/config/reader.c.
    fn soch_test_read(json: *const u8, len: usize, text: *mut u8, room: usize) -> usize;
}

fuzz_target!(|bytes: &[u8]| {
    // As long as the text, so that no byte behind it is read unseen.
    let exact = bytes.to_vec().into_boxed_slice();
    let mut form = vec![0; 16 * bytes.len() + 16];
    // SAFETY: both places have the lengths that are given, and the reader keeps neither.
    let written = unsafe { soch_test_read(exact.as_ptr(), exact.len(), form.as_mut_ptr(), form.len()) };
    let form = std::str::from_utf8(&form[..written]).expect("it writes ASCII");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // serde_json's own limit of brackets is another one.
    let deep = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > 64;
    if let Some(expected) = reference::form(text).filter(|_| !deep) {
        assert_eq!(form, expected);
    }
});
