//! Pages of messages, put together by hand.

use super::read;

/// A field with bytes.
fn bytes(number: u8, of: &[u8]) -> Vec<u8> {
    assert!(of.len() < 128, "one byte says how long it is");
    [&[number << 3 | 2, of.len() as u8], of].concat()
}

fn page(histogram: &[u8]) -> Vec<u8> {
    let metric = [bytes(1, &[bytes(1, b"table"), bytes(2, b"t")].concat()), bytes(7, histogram)].concat();
    let family = [bytes(1, b"delay"), bytes(2, b"Time."), vec![0x18, 4], bytes(4, &metric)].concat();
    [&[family.len() as u8][..], &family].concat()
}

/// One of 5 observations below 0, one of 0, and three in two buckets that do not follow each other.
fn native(count: u8) -> Vec<u8> {
    let spans = [bytes(9, &[0x10, 1]), vec![0x50, 2], bytes(12, &[0x10, 1]), bytes(12, &[0x08, 4, 0x10, 1])].concat();
    [vec![0x08, count, 0x38, 1], spans, bytes(13, &[4, 1])].concat()
}

#[test]
fn samples_are_as_in_the_text_formats() {
    let classic = [vec![0x08, 3], bytes(3, &[vec![0x08, 2, 0x11], 0.5_f64.to_le_bytes().to_vec()].concat())].concat();
    let told = read(&page(&classic)).expect("messages").expect("whole");
    let seen: Vec<_> =
        told.seen.records.iter().map(|record| (&*record.texts[0], &record.pairs[..], &record.numbers[..])).collect();
    let table = ("table".to_owned(), "t".to_owned());
    let bucket = [("le".to_owned(), "0.5".to_owned()), table.clone()];
    let plain = [table];
    assert_eq!(
        seen,
        [("delay_sum", &plain[..], &[0.0][..]), ("delay_count", &plain, &[3.0]), ("delay_bucket", &bucket, &[2.0])]
    );
    assert_eq!(told.helps, [("delay".to_owned(), "Time.".to_owned())]);
}

#[test]
fn a_native_histogram_holds_what_it_counts() {
    assert!(read(&page(&native(5))).expect("messages").is_ok());
    for count in [4, 6] {
        assert!(read(&page(&native(count))).expect("messages").is_err(), "{count}");
    }
    let whole = page(&native(5));
    for len in 1..whole.len() {
        assert!(read(&whole[..len]).is_none(), "it breaks off after {len} bytes");
    }
}
