//! What is refused of somebody's own rows.

use super::*;

fn parse(text: &str) -> Result<Rows, String> {
    Rows::parse("x.csv".to_owned(), text.as_bytes().to_vec())
}

#[test]
fn the_first_column_is_the_key_and_the_others_stay_csv() {
    let rows = parse("id,a,b\nz,1,\"x, y\"\na,,\n").expect("it is CSV");
    let row = |key: &str, value: &str| (key.as_bytes().to_vec(), value.as_bytes().to_vec());
    assert_eq!(rows.all, [row("z", "1,\"x, y\""), row("a", ",")]);
    assert_eq!(rows.sorted, [row("a", ","), row("z", "1,\"x, y\"")]);
    assert_eq!(parse("id\na\n").expect("it is CSV").all, [row("a", "")]);
}

#[test]
fn a_bad_file_is_refused_with_its_line() {
    for (text, reason) in [
        ("id,a\nx,1\ny,2,3\n", "x.csv, line 3: 3 columns, where the lines before have 2"),
        ("id,a\nx,1\n,2\n", "x.csv, line 3: the first column, which is the key, is empty"),
        ("id,a\nx,1\ny,2\nx,3\n", "x.csv, line 4: the key x is that of line 2 too"),
        ("id,a\n", "x.csv: there is no row below the line of headings"),
        ("", "x.csv: there is no row below the line of headings"),
    ] {
        assert_eq!(parse(text).err().as_deref(), Some(reason));
    }
}

#[test]
fn the_shipped_data_is_whole() {
    assert_eq!(Rows::airports().expect("it is CSV").all.len(), 3376);
    let digits = Digits::shipped().expect("they are digits");
    assert_eq!((digits.vectors.len(), digits.labels.len(), digits.vectors[0].len()), (1797, 1797, 256));
    assert!(digits.labels.iter().all(|label| *label < 10));
}
