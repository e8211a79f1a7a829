//! What a process leaves of its calls.

use super::*;

#[test]
fn the_last_calls_of_each_thread_are_kept() {
    let room = tempfile::tempdir().expect("a directory");
    let file = room.path().join("calls");
    assert_eq!(take(&file), Last::default());
    let calls = Calls::create(&file).expect("its own directory");
    for number in 1..=20_u64 {
        calls.write(0, number as usize % RECORDS, number, number == 20, &format!("get({number})"));
    }
    calls.write(1, 0, 7, false, &"é".repeat(RECORD));
    let last = take(&file);
    assert_eq!(last.under_way, ["#20 get(20)"]);
    assert_eq!(last.before.len(), RECORDS);
    assert!(last.before[0].starts_with("#7 éé") && last.before[7] == "#19 get(19)", "{last:?}");
}
