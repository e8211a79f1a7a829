//! How much two names are alike.

/// How many characters must be put in, taken out or changed (Levenshtein).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// Up to three of these names of which `wanted` is a part, or which are like it, as a whole or behind `::`; the nearest one where
/// none is.
pub(crate) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut ranked: Vec<((bool, usize), &str)> = names
        .map(|name| {
            let own = name.rsplit("::").next().unwrap_or(name);
            ((!name.contains(wanted), distance(wanted, name).min(distance(wanted, own))), name)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let alike = ranked.iter().take_while(|((other, edits), _)| !other || *edits <= wanted.len() / 3).count();
    ranked.truncate(alike.clamp(1, 3));
    ranked.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_first_and_then_what_is_alike() {
        let names = ["load::makes_an_instance", "storage::rows_stay", "storage_reader::rows_stay", "index::rows_go"];
        let nearest = |wanted| nearest(wanted, names.into_iter());
        assert_eq!(nearest("rows_stay"), ["storage::rows_stay", "storage_reader::rows_stay"]);
        assert_eq!(nearest("storage::row_stays"), ["storage::rows_stay"]);
        assert_eq!(nearest("index:"), ["index::rows_go"]);
        assert_eq!(nearest("nothing like these").len(), 1);
    }
}
