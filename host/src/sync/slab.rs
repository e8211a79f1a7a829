//! Things with a number each, put in and taken out in constant time.

/// Keeps things at places that do not move; a place is used again when what was there is taken out.
pub(crate) struct Slab<T> {
    places: Vec<Option<T>>,
    free: Vec<usize>,
}

/// The memory of so many places is kept for the next ones.
const FEW: usize = 64;

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Slab<T> {
    /// An empty one.
    pub(crate) const fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    /// Puts it in; the number is how it is found again.
    pub(crate) fn insert(&mut self, item: T) -> usize {
        let place = self.free.pop().unwrap_or(self.places.len());
        if place == self.places.len() {
            self.places.push(None);
        }
        self.places[place] = Some(item);
        place
    }

    /// Takes it out.
    pub(crate) fn remove(&mut self, place: usize) -> Option<T> {
        let item = self.places.get_mut(place)?.take()?;
        self.free.push(place);
        if self.free.len() == self.places.len() && self.places.len() > FEW {
            // Nothing is left: the memory that many once took goes too.
            *self = Self::default();
        }
        Some(item)
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.places.get_mut(place)?.as_mut()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.places.get(place)?.as_ref()
    }

    /// All, each with its number.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (usize, &T)> {
        self.places.iter().enumerate().filter_map(|(place, item)| Some((place, item.as_ref()?)))
    }

    pub(crate) fn into_items(self) -> impl Iterator<Item = T> {
        self.places.into_iter().flatten()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.places.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_and_the_others_stay() {
        let mut slab = Slab::default();
        let count = FEW + 6;
        let places: Vec<usize> = (0..count).map(|item| slab.insert(item)).collect();
        assert_eq!(slab.remove(places[3]), Some(3));
        assert_eq!(slab.remove(places[3]), None, "it is out");
        assert_eq!(slab.insert(30), places[3]);
        *slab.get_mut(places[4]).unwrap() = 40;
        let expected = [0, 1, 2, 30, 40].into_iter().chain(5..count);
        assert!(slab.iter().copied().eq(expected));
        places.into_iter().for_each(|place| assert!(slab.remove(place).is_some()));
        assert_eq!((slab.iter().count(), slab.places.capacity()), (0, 0));
    }
}
