//! Vectors of each element.

use super::{half, vector};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::KeyElement;

#[test]
fn numbers_stay_what_they_are_in_each_element() {
    for number in (i8::MIN..=i8::MAX).filter(|number| *number != 0) {
        let keys = Keys::Vectors(KeyElement::F16, 1, false);
        assert_eq!(keys.numbers(&half(number).to_ne_bytes()), [f32::from(number)]);
    }
    for element in [KeyElement::F32, KeyElement::F16, KeyElement::I8] {
        let keys = Keys::Vectors(element, 3, false);
        assert_eq!(keys.numbers(&vector(keys, &[2, 254])), [2.0, -2.0, 2.0], "{element:?}");
    }
}
