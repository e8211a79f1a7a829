//! The hash tables by which symbols are looked up. Only they tell how many symbols there are.

use crate::elf::bytes::Image;
use crate::elf::dynamic::Dynamic;
use crate::elf::kept::Range;
use crate::elf::mapping::FileRange;
use crate::elf::segments::Segments;
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

pub(crate) const fn malformed(reason: &'static str) -> ElfError {
    ElfError::Symbols { reason }
}

/// Reads the tables, and makes sure that each search in them comes to an end; adds to `kept` where they lie. Gives how many
/// symbols there are, up to the last one that can be found.
pub(crate) fn read(
    image: &Image<'_>,
    segments: &Segments,
    dynamic: &Dynamic,
    kept: &mut Vec<Range>,
) -> Result<u64, ElfError> {
    let place = |address| segments.tail(address).ok_or(malformed("its hash table lies outside of the library"));
    let mut count = None;
    if let Some(address) = dynamic.one(tag::HASH) {
        let (len, symbols) = sysv(image, &place(address)?)?;
        kept.push((address, address + len));
        count = Some(symbols);
    }
    if let Some(address) = dynamic.one(tag::GNU_HASH) {
        let (len, symbols) = gnu(image, &place(address)?)?;
        kept.push((address, address + len));
        if count.is_some_and(|all| symbols > all) {
            return Err(malformed("its two hash tables contradict each other"));
        }
        count = count.or(Some(symbols));
    }
    count.ok_or(malformed("it has no hash table"))
}

const TOO_LARGE: ElfError = malformed("its hash table is larger than its segment");
const LOST: ElfError = malformed("a chain of its hash table leads nowhere");

/// Bytes and number of symbols of a DT_HASH table: the chains lead from symbol to symbol.
fn sysv(image: &Image<'_>, place: &FileRange) -> Result<(u64, u64), ElfError> {
    let header = |at| image.u32(place.offset + at).map(u64::from).filter(|_| place.rest >= 8).ok_or(TOO_LARGE);
    let (buckets, symbols) = (header(0)?, header(4)?);
    let len = 8 + 4 * (buckets + symbols);
    let words = image.get(place.offset + 8, len - 8).filter(|_| len <= place.rest).ok_or(TOO_LARGE)?;
    let (words, _) = words.as_chunks();
    let (buckets, chains) = words.split_at(buckets as usize);
    // A symbol is in one chain, so all chains together are no longer than the table.
    let mut visits = chains.len();
    for bucket in buckets {
        let mut at = image.number(*bucket) as usize;
        while at != 0 {
            let Some(next) = chains.get(at) else { return Err(LOST) };
            visits = visits.checked_sub(1).ok_or(LOST)?;
            at = image.number(*next) as usize;
        }
    }
    Ok((len, symbols))
}

/// Bytes and number of symbols of a DT_GNU_HASH table: the symbols that can be found are the last ones, in chains; the
/// last chain ends with the table.
fn gnu(image: &Image<'_>, place: &FileRange) -> Result<(u64, u64), ElfError> {
    let table = image.get(place.offset, place.rest).map(|bytes| Image { bytes, ..*image }).ok_or(TOO_LARGE)?;
    let header = |at| table.u32(at).map(u64::from).ok_or(TOO_LARGE);
    let [buckets, first, filters] = [header(0)?, header(4)?, header(8)?];
    if !filters.is_power_of_two() {
        return Err(malformed("the filter of its hash table has a wrong size"));
    }
    let buckets_at = 16 + filters * table.word_size();
    let chains_at = buckets_at + 4 * buckets;
    let mut last = 0;
    for bucket in table.get(buckets_at, 4 * buckets).ok_or(TOO_LARGE)?.as_chunks().0 {
        let symbol = u64::from(table.number(*bucket));
        if symbol != 0 && symbol < first {
            return Err(LOST);
        }
        last = last.max(symbol);
    }
    if last == 0 {
        return Ok((chains_at, first));
    }
    let chain_at = chains_at + 4 * (last - first);
    let chain = table.get(chain_at, place.rest.saturating_sub(chain_at)).ok_or(TOO_LARGE)?;
    let more = chain.as_chunks().0.iter().position(|word| table.number(*word) & 1 == 1).ok_or(TOO_LARGE)? as u64;
    Ok((chain_at + 4 * (more + 1), last + more + 1))
}
