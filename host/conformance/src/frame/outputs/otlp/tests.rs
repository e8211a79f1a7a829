//! Requests as a sink sends them, put together by hand.

use super::{records, Signal};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::seen::{Format, Seen};

/// A field with bytes.
fn bytes(number: u8, of: &[u8]) -> Vec<u8> {
    assert!(of.len() < 128, "one byte says how long it is");
    [&[number << 3 | 2, of.len() as u8], of].concat()
}

fn fixed(number: u8, bits: u64) -> Vec<u8> {
    [&[number << 3 | 1][..], &bits.to_le_bytes()].concat()
}

fn label(name: &str, value: &str) -> Vec<u8> {
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, value.as_bytes()))].concat()
}

/// What a request has around its items.
fn request(signal: Signal, item: &[u8]) -> (Signal, Vec<u8>) {
    (signal, bytes(1, &bytes(2, &bytes(2, item))))
}

fn sum(value: u64, temporality: u8) -> (Signal, Vec<u8>) {
    let point = [fixed(6, value), bytes(7, &label("table", "t"))].concat();
    let data = [bytes(1, &point), vec![0x10, temporality]].concat();
    request(Signal::Metrics, &[bytes(1, b"rows"), bytes(7, &data)].concat())
}

fn told(requests: &[(Signal, Vec<u8>)]) -> Seen {
    records(requests).expect("they are messages")
}

#[test]
fn what_grows_is_told_once_and_what_is_added_each_time() {
    let cumulative = told(&[sum(3, 2), sum(8, 2)]);
    assert_eq!(cumulative.records.len(), 1);
    assert_eq!((cumulative.format, &*cumulative.records[0].numbers), (Format::Otlp, &[8.0][..]));
    assert!(cumulative.miscounted("rows", &[("table", "t")], &[3, 5]).is_none());
    let delta = told(&[sum(3, 1), sum(5, 1)]);
    assert!(delta.miscounted("rows", &[("table", "t")], &[1, 2, 5]).is_none());
    assert!(delta.miscounted("rows", &[("table", "t")], &[4]).is_some());
    assert!(delta.miscounted("rows", &[("table", "other")], &[3, 5]).is_some());
}

#[test]
fn series_whose_labels_have_the_same_words_are_not_one() {
    let series = |labels: [(&str, &str); 2]| {
        let labels = labels.map(|(name, value)| bytes(7, &label(name, value))).concat();
        let data = [bytes(1, &[fixed(6, 1), labels].concat()), vec![0x10, 2]].concat();
        request(Signal::Metrics, &[bytes(1, b"rows"), bytes(7, &data)].concat())
    };
    let seen = told(&[series([("a", "1"), ("b", "2")]), series([("a", "2"), ("b", "1")])]);
    assert_eq!(seen.records.len(), 2);
}

#[test]
fn a_histogram_has_as_many_observations_as_its_buckets() {
    let histogram = |count: u64| {
        let counts: Vec<u8> = [1_u64, 2].iter().flat_map(|count| count.to_le_bytes()).collect();
        let point =
            [fixed(4, count), fixed(5, 7.5_f64.to_bits()), bytes(6, &counts), fixed(7, 1.0_f64.to_bits())].concat();
        request(Signal::Metrics, &[bytes(1, b"delay"), bytes(9, &bytes(1, &point))].concat())
    };
    assert_eq!(told(&[histogram(3)]).records[0].numbers, [3.0, 7.5]);
    let wrong = records(&[histogram(4)]);
    assert!(matches!(&wrong, Err(NotPassed::Failed(why)) if why.contains("hold 3")), "{wrong:?}");
}

#[test]
fn spans_and_lines_come_with_what_they_have() {
    let event = [bytes(2, b"read"), bytes(3, &label("rows", "4"))].concat();
    let span = [bytes(1, &[0xAB]), bytes(2, &[1]), bytes(4, &[2]), bytes(5, b"scan"), bytes(11, &event)].concat();
    let line = [bytes(3, b"WARN"), bytes(5, &bytes(1, b"late")), bytes(6, &label("by", "1 s"))].concat();
    let seen = told(&[request(Signal::Traces, &span), request(Signal::Logs, &line)]);
    assert_eq!(seen.records[0].texts[..4], ["scan", "ab", "01", "02"]);
    assert!(seen.records[1].says("read") && seen.records[1].has("rows", "4"));
    assert!(seen.records[2].says("late") && seen.records[2].says("WARN") && seen.records[2].has("by", "1 s"));
}

#[test]
fn what_is_no_message_is_a_failure() {
    let (signal, mut body) = sum(3, 2);
    body.pop();
    assert!(matches!(records(&[(signal, body)]), Err(NotPassed::Failed(_))));
}

#[test]
fn what_has_a_field_of_its_own_is_a_fact() {
    let link =
        [bytes(1, &[0xAB; 16]), bytes(2, &[1; 8]), bytes(3, b"vendor=1"), bytes(4, &label("batch", "3"))].concat();
    let span = [bytes(5, b"apply"), vec![6 << 3, 2], bytes(13, &link), bytes(15, &[3 << 3, 1])].concat();
    let record = &told(&[request(Signal::Traces, &span)]).records[0];
    assert_eq!((record.facts("kind"), record.facts("status")), (vec!["2"], vec!["1"]));
    let link = format!("{} {} vendor=1 [(\"batch\", \"3\")]", "ab".repeat(16), "01".repeat(8));
    assert_eq!(record.facts("link"), [link]);
    let line = [vec![2 << 3, 17], bytes(5, &bytes(1, b"no room")), bytes(9, &[0xCD; 16]), bytes(10, &[2; 8])].concat();
    let record = &told(&[request(Signal::Logs, &line)]).records[0];
    let facts = ["severity_number", "trace_id", "span_id"].map(|name| record.facts(name).concat());
    assert_eq!(facts, ["17".to_owned(), "cd".repeat(16), "02".repeat(8)]);
}
