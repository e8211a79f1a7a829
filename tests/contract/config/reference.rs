//! What serde_json reads, in the form that `reader.c` writes.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write};

/// The form of a text, or `None` if nothing is said of it: it has a number that no `f64` holds.
pub fn form(json: &str) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let mut form = String::new();
    let read = Value(&mut form).deserialize(&mut reader).and_then(|()| reader.end());
    match read {
        Ok(()) => Some(form),
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Err(_) => Some("!".to_owned()),
    }
}

struct Value<'a>(&'a mut String);

fn push_text(form: &mut String, text: &str) {
    if text.contains('\0') {
        form.push('0');
        return;
    }
    form.push('"');
    text.bytes().for_each(|byte| write!(form, "{byte:02x}").expect("a string grows"));
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push('n');
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(if value { 't' } else { 'f' });
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        write!(self.0, "{value}").map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        write!(self.0, "{value}").map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.0.push('d');
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        push_text(self.0, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push('[');
        while list.next_element_seed(Value(self.0))?.is_some() {
            self.0.push(',');
        }
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        self.0.push('{');
        while let Some(name) = object.next_key::<String>()? {
            push_text(self.0, &name);
            self.0.push(':');
            object.next_value_seed(Value(self.0))?;
            self.0.push(',');
        }
        self.0.push(']');
        Ok(())
    }
}
