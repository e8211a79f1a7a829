//! Short lists that live for one call: on the stack, where they cost no allocation.

use std::convert::Infallible;
use std::mem::MaybeUninit;

/// The items of the longest list that lies on the stack.
const MOST: usize = 16;

/// Lends `call` what `make` makes of each of `items`.
#[inline]
pub(crate) fn with_list<T, U: Copy, R>(items: &[T], make: impl Fn(&T) -> U, call: impl FnOnce(&[U]) -> R) -> R {
    match try_with_list(items, |item| Ok::<U, Infallible>(make(item)), call) {
        Ok(result) => result,
        Err(never) => match never {},
    }
}

/// Lends `call` what `make` makes of each of `items`.
///
/// # Errors
/// The first one of `make`; `call` does not run then.
#[inline]
pub(crate) fn try_with_list<T, U: Copy, R, E>(
    items: &[T],
    make: impl Fn(&T) -> Result<U, E>,
    call: impl FnOnce(&[U]) -> R,
) -> Result<R, E> {
    if items.len() > MOST {
        let list = items.iter().map(make).collect::<Result<Vec<U>, E>>()?;
        return Ok(call(&list));
    }
    // Not filled with anything before: that would cost more than most lists do.
    let mut list = [MaybeUninit::<U>::uninit(); MOST];
    for (place, item) in list.iter_mut().zip(items) {
        place.write(make(item)?);
    }
    // SAFETY: the loop wrote as many items as `items` has, of which there is room.
    Ok(call(unsafe { std::slice::from_raw_parts(list.as_ptr().cast::<U>(), items.len()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_around_the_stack_comes_whole() {
        for len in 0..=2 * MOST {
            let items: Vec<usize> = (0..len).collect();
            assert!(with_list(&items, |item| item * 3, |list| list.iter().copied().eq((0..len).map(|item| item * 3))));
            for bad in 0..len {
                let make = |item: &usize| if *item == bad { Err(bad) } else { Ok(*item) };
                assert_eq!(try_with_list(&items, make, |_| ()), Err(bad), "{len}");
            }
        }
    }
}
