//! The writer: its limit, its reservations, and what it finds out about the other side.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{Error, ErrorKind, Result, VecWriter, Writer};
use std::mem::MaybeUninit;

fn write(raw: &soch_writer, bytes: soch_bytes) -> soch_status {
    // SAFETY: `raw` comes from a writer of the test that is alive.
    unsafe { (raw.write.expect("write"))(raw.ctx, bytes) }
}

fn reserve(raw: &soch_writer, len: usize) -> (soch_status, *mut u8) {
    let mut room = std::ptr::null_mut();
    // SAFETY: `raw` comes from a writer of the test that is alive.
    let status = unsafe { (raw.reserve.expect("reserve"))(raw.ctx, len, &mut room) };
    (status, room)
}

fn commit(raw: &soch_writer, len: usize) -> soch_status {
    // SAFETY: `raw` comes from a writer of the test that is alive.
    unsafe { (raw.commit.expect("commit"))(raw.ctx, len) }
}

#[test]
fn limit_counts_what_this_call_writes() {
    let mut buffer = b"before".to_vec();
    let mut writer = VecWriter::new(&mut buffer, 4);
    let raw = writer.as_raw();
    assert_eq!(raw.limit, 4);
    assert_eq!(write(&raw, soch_bytes::lend(b"abc")), SOCH_OK);
    assert_eq!(write(&raw, soch_bytes::lend(b"de")), SOCH_LIMIT);
    assert_eq!(write(&raw, soch_bytes::lend(b"d")), SOCH_OK);
    assert_eq!(reserve(&raw, 1).0, SOCH_LIMIT);
    assert_eq!(writer.refused(), Some(SOCH_LIMIT));
    assert_eq!(writer.violation(), None);
    assert_eq!(buffer, b"beforeabcd");
}

#[test]
fn absurd_reservation_is_a_limit() {
    let mut buffer = vec![1];
    for len in [usize::MAX, usize::MAX - 64, usize::MAX / 2, isize::MAX as usize] {
        for checking in [false, true] {
            let mut writer = VecWriter::new(&mut buffer, u64::MAX).contract_checks(checking);
            let raw = writer.as_raw();
            assert_eq!(reserve(&raw, len).0, SOCH_LIMIT, "{len} checking {checking}");
            assert_eq!(writer.violation(), None);
        }
    }
    assert_eq!(buffer, [1]);
}

#[test]
fn reserved_room_is_kept_as_far_as_committed() {
    let mut buffer = b"a".to_vec();
    let mut writer = VecWriter::new(&mut buffer, 10).contract_checks(true);
    let raw = writer.as_raw();
    let (status, room) = reserve(&raw, 4);
    assert_eq!(status, SOCH_OK);
    // SAFETY: 4 bytes were reserved.
    unsafe { room.copy_from_nonoverlapping(b"bcde".as_ptr(), 4) };
    assert_eq!(commit(&raw, 2), SOCH_OK);
    assert_eq!(reserve(&raw, 4).0, SOCH_OK);
    assert_eq!(reserve(&raw, 3).0, SOCH_OK, "a second one replaces the first");
    assert_eq!(write(&raw, soch_bytes::lend(b"f")), SOCH_OK, "a write ends it");
    assert_eq!(writer.violation(), None);
    assert_eq!(buffer, b"abcf");
}

#[test]
fn committing_what_was_not_reserved_is_a_violation() {
    for (reserved, committed) in
        [(Some(3), vec![4]), (None, vec![0]), (Some(3), vec![1, 1]), (Some(0), vec![usize::MAX])]
    {
        let mut buffer = Vec::new();
        let mut writer = VecWriter::new(&mut buffer, 100);
        let raw = writer.as_raw();
        if let Some(len) = reserved {
            let (status, room) = reserve(&raw, len);
            assert_eq!(status, SOCH_OK);
            // SAFETY: `len` bytes were reserved.
            unsafe { room.write_bytes(7, len) };
        }
        let statuses: Vec<soch_status> = committed.into_iter().map(|len| commit(&raw, len)).collect();
        assert_eq!(statuses.last(), Some(&SOCH_INVALID));
        assert_eq!(writer.refused(), Some(SOCH_INVALID));
        assert_eq!(writer.violation(), Some("committed more than it reserved"));
    }
}

#[test]
fn writing_past_the_room_is_a_violation() {
    for past in [0, 1, 63] {
        for end in ["commit", "write", "reserve", "nothing"] {
            let mut buffer = Vec::new();
            let mut writer = VecWriter::new(&mut buffer, 100).contract_checks(true);
            let raw = writer.as_raw();
            let (_, room) = reserve(&raw, 5);
            // SAFETY: the checking mode has 64 guard bytes behind the room.
            unsafe { room.add(5 + past).write(1) };
            match end {
                "commit" => assert_eq!(commit(&raw, 0), SOCH_OK),
                "write" => assert_eq!(write(&raw, soch_bytes::lend(b"x")), SOCH_OK),
                "reserve" => assert_eq!(reserve(&raw, 1).0, SOCH_OK),
                _ => {}
            }
            assert_eq!(writer.violation(), Some("wrote past the room that it reserved"), "{past} {end}");
        }
    }
}

#[test]
fn null_arguments_are_violations() {
    let mut buffer = Vec::new();
    let mut writer = VecWriter::new(&mut buffer, 100);
    let raw = writer.as_raw();
    let null = soch_bytes { ptr: std::ptr::null(), len: 0 };
    assert_eq!(write(&raw, null), SOCH_OK);
    assert_eq!(writer.violation(), None);
    let raw = writer.as_raw();
    assert_eq!(write(&raw, soch_bytes { len: 5, ..null }), SOCH_INVALID);
    assert_eq!(writer.violation(), Some("wrote from NULL with a length"));

    let mut writer = VecWriter::new(&mut buffer, 100);
    let raw = writer.as_raw();
    // SAFETY: the writer is alive; NULL for the result is what is tested.
    let status = unsafe { (raw.reserve.expect("reserve"))(raw.ctx, 1, std::ptr::null_mut()) };
    assert_eq!(status, SOCH_INVALID);
    assert_eq!(writer.violation(), Some("reserved without a place for the result"));
    assert!(buffer.is_empty());
}

#[test]
fn write_with_gives_zeros_and_keeps_what_was_filled() {
    let mut buffer = vec![0xFF; 32];
    buffer.clear();
    let mut vec_writer = VecWriter::new(&mut buffer, 20);
    let mut writer = vec_writer.writer();
    let fill = |room: &mut [u8]| {
        assert_eq!(room, [0; 8]);
        room[..3].copy_from_slice(b"abc");
        Ok(3)
    };
    writer.write_with(8, fill).expect("it fits");
    assert_eq!(writer.write_with(18, |_| Ok(0)).expect_err("over the limit").kind(), ErrorKind::Limit);
    let error = writer.write_with(4, |_| Ok(5)).expect_err("more than reserved");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let error = writer.write_with(4, |_| Err(Error::corruption("bad block"))).expect_err("what fill returns");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Corruption, "bad block"));
    writer.write(b"d").expect("it goes on");
    assert_eq!(buffer, b"abcd");
}

unsafe extern "C" fn no_room(_: *mut core::ffi::c_void, _: usize, room: *mut *mut u8) -> soch_status {
    // SAFETY: the SDK gives a place for the result.
    unsafe { *room = std::ptr::null_mut() };
    SOCH_OK
}

unsafe extern "C" fn unknown_status(_: *mut core::ffi::c_void, _: soch_bytes) -> soch_status {
    4711
}

#[test]
fn writer_of_the_other_side_is_not_believed() {
    let mut buffer = Vec::new();
    let raw = VecWriter::new(&mut buffer, 100).as_raw();
    let lacking =
        [soch_writer { write: None, ..raw }, soch_writer { reserve: None, ..raw }, soch_writer { commit: None, ..raw }];
    for raw in &lacking {
        // SAFETY: it lives through the call.
        let mut writer = unsafe { Writer::from_raw(raw) }.expect("not NULL");
        let error = match raw.write {
            None => writer.write(b"x").expect_err("no function"),
            Some(_) => writer.write_with(1, |_| panic!("there is no room to fill")).expect_err("no function"),
        };
        assert_eq!(error.message(), "the writer lacks a function");
    }
    // SAFETY: NULL is allowed.
    let error = unsafe { Writer::from_raw(std::ptr::null()) }.expect_err("refused");
    assert_eq!(error.message(), "the writer is NULL");

    let raw = soch_writer { reserve: Some(no_room), write: Some(unknown_status), ..raw };
    // SAFETY: it lives to the end, and its functions do not look at the context.
    let mut writer = unsafe { Writer::from_raw(&raw) }.expect("complete");
    let error = writer.write_with(1, |_| panic!("there is no room to fill")).expect_err("no room");
    assert_eq!(error.message(), "the writer lent no room");
    let error = writer.write(b"x").expect_err("an unknown status");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Failed, "the caller's writer returned status 4711"));
}

#[test]
fn looking_for_writes_past_the_room_may_begin_after_a_reservation() {
    let mut buffer = Vec::with_capacity(10);
    let mut writer = VecWriter::new(&mut buffer, 100);
    let given_up = writer.writer().write_with(10, |_| Err(Error::failed("on second thoughts")));
    assert!(given_up.is_err());
    let mut writer = writer.contract_checks(true);
    assert_eq!(writer.violation(), None);
    writer.writer().write(b"x").expect("room");
    assert_eq!(buffer, b"x");
}

#[test]
fn bytes_from_elsewhere_are_not_taken_for_those_of_the_room() {
    let mut buffer = Vec::new();
    let mut vec_writer = VecWriter::new(&mut buffer, 100);
    let mut writer = vec_writer.writer();
    fn fill(room: &mut [MaybeUninit<u8>]) -> Result<&[u8]> {
        room[0] = MaybeUninit::new(b'x');
        // SAFETY: the first byte was just written.
        Ok(unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), 1) })
    }
    writer.write_with_uninit(4, fill).expect("it fits");
    let error = writer.write_with_uninit(4, |_| Ok(&b"else"[..])).expect_err("not the room");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    writer.write_with_uninit(4, |_| Ok(&[])).expect("nothing is the beginning of every room");
    assert_eq!(buffer, b"x");
}
