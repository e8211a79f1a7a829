//! What a child leaves in its journal.

use super::*;

#[test]
fn keeps_the_phase_and_the_last_lines() {
    let room = tempfile::tempdir().expect("a directory");
    let file = room.path().join("journal");
    assert_eq!(take(&file), Noted::default());
    let journal = Journal::create(&file).expect("its own directory");
    journal.phase(Phase::Destroy);
    assert_eq!(elsewhere(&file), None);
    journal.phase(Phase::Elsewhere);
    let first = elsewhere(&file);
    journal.phase(Phase::Elsewhere);
    assert!(first.is_some() && elsewhere(&file) > first, "{first:?}");
    journal.phase(Phase::Run);
    for number in 0..25 {
        journal.log(&Caller::new("p", 1), LogLevel::Warn, &format!("line {number}"), &[("a", "b\n")]);
    }
    journal.log(&Caller::new("p", 1), LogLevel::Error, &"\\é".repeat(1000), &[]);
    let noted = take(&file);
    assert_eq!(noted.phase, Some(Phase::Run));
    assert_eq!(noted.log.len(), KEPT as usize);
    assert_eq!((&noted.log[0].message[..], &noted.log[0].level[..]), ("line 16 a=b\\n", "warn"));
    assert!(noted.log[9].level == "error" && noted.log[9].message.ends_with("..."), "{:?}", noted.log[9]);
    assert_eq!(take(&file), Noted::default());
}
