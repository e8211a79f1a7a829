//! Pages that Prometheus takes, and pages that it does not.

use super::read;

#[test]
fn a_page_is_read_with_its_descriptions() {
    let page = "# HELP rows_total A \\\\ and\\na line.\n# TYPE rows_total counter\nrows_total{of=\"a\"} 1\nrows_total{of=\"b\"} 2\n# a comment\nup 1\n";
    let told = read(page).expect("it is right");
    assert_eq!(told.helps, [("rows_total".to_owned(), "A \\ and\na line.".to_owned())]);
    assert_eq!(
        told.seen.records.iter().map(|record| &*record.texts[1]).collect::<Vec<_>>(),
        ["counter", "counter", ""]
    );
}

#[test]
fn a_family_is_in_one_piece_and_declared_once_before_its_samples() {
    for (page, why) in [
        ("# TYPE a counter\n# TYPE a gauge\n", "two lines say the type of a"),
        ("# HELP a One.\n# HELP a Two.\n", "two lines say what a is"),
        ("a 1\n# TYPE a counter\n", "the type of a comes behind a sample"),
        ("a{of=\"a\"} 1\nb 1\na{of=\"b\"} 1\n", "other samples are between those of a"),
        ("# TYPE a histogram\na_sum 1\nb 1\na_count 1\n", "other samples are between those of a"),
        ("a 1\na 1\n", "two samples are a"),
        ("a{of=\"a\",of=\"a\"} 1\n", "a label twice"),
        ("# HELP a half an \\escape\n", "no line that Prometheus takes"),
        ("a{of=\"half an \\escape\"} 1\n", "no line that Prometheus takes"),
        ("a 1", "no end of the last line"),
    ] {
        let said = read(page).err().map(|why| why.to_string());
        assert!(said.as_deref().is_some_and(|said| said.contains(why)), "{page:?}: {said:?}");
    }
}
