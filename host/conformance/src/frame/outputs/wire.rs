//! The wire format of protobuf: a message is fields, each with a number. What a field is called and means, its schema says.

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    /// Bytes, a text, or another message.
    Bytes(&'a [u8]),
    Fixed32,
}

/// A message whose fields are whole.
#[derive(Debug, Default)]
pub(super) struct Message<'a>(Vec<(u64, Value<'a>)>);

/// The messages of a stream, each of which comes after its length; None if one breaks off.
pub(super) fn delimited(mut bytes: &[u8]) -> Option<Vec<Message<'_>>> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let len = usize::try_from(varint(&mut bytes)?).ok()?;
        messages.push(Message::read(bytes.split_off(..len)?)?);
    }
    Some(messages)
}

impl<'a> Message<'a> {
    /// Reads all of it; None if it breaks off, or has what the format has not.
    pub(super) fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes)?;
            let value = match tag & 7 {
                0 => Value::Varint(varint(&mut bytes)?),
                1 => Value::Fixed64(u64::from_le_bytes(*bytes.split_off(..8)?.first_chunk()?)),
                2 => {
                    let len = usize::try_from(varint(&mut bytes)?).ok()?;
                    Value::Bytes(bytes.split_off(..len)?)
                }
                5 => bytes.split_off(..4).map(|_| Value::Fixed32)?,
                _ => return None,
            };
            fields.push((tag >> 3, value));
        }
        Some(Self(fields))
    }

    fn last(&self, number: u64) -> Option<Value<'a>> {
        self.0.iter().rev().find(|(own, _)| *own == number).map(|(_, value)| *value)
    }

    fn all(&self, number: u64) -> impl Iterator<Item = Value<'a>> + '_ {
        self.0.iter().filter(move |(own, _)| *own == number).map(|(_, value)| *value)
    }

    /// The bytes of a field; none where it is left out, as the format has it.
    pub(super) fn bytes(&self, number: u64) -> &'a [u8] {
        match self.last(number) {
            Some(Value::Bytes(bytes)) => bytes,
            _ => &[],
        }
    }

    /// The text of a field; None if it is not UTF-8.
    pub(super) fn text(&self, number: u64) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(number)).ok()
    }

    /// The messages that a field has; None if one breaks off.
    pub(super) fn messages(&self, number: u64) -> Option<Vec<Message<'a>>> {
        let of = |value| match value {
            Value::Bytes(bytes) => Message::read(bytes),
            _ => None,
        };
        self.all(number).map(of).collect()
    }

    pub(super) fn varint(&self, number: u64) -> Option<u64> {
        match self.last(number)? {
            Value::Varint(number) => Some(number),
            _ => None,
        }
    }

    /// The integers of a field, in one piece or each by itself; None if it has others.
    pub(super) fn all_varints(&self, number: u64) -> Option<Vec<u64>> {
        let mut all = Vec::new();
        for value in self.all(number) {
            match value {
                Value::Varint(number) => all.push(number),
                Value::Bytes(mut bytes) => {
                    while !bytes.is_empty() {
                        all.push(varint(&mut bytes)?);
                    }
                }
                _ => return None,
            }
        }
        Some(all)
    }

    /// The eight bytes of a field, which its schema calls an integer or a number.
    pub(super) fn fixed(&self, number: u64) -> Option<u64> {
        match self.last(number)? {
            Value::Fixed64(bits) => Some(bits),
            _ => None,
        }
    }

    pub(super) fn double(&self, number: u64) -> Option<f64> {
        self.fixed(number).map(f64::from_bits)
    }

    /// The integers of eight bytes of a field, in one piece or each by itself; None if it has others.
    pub(super) fn all_fixed(&self, number: u64) -> Option<Vec<u64>> {
        let mut all = Vec::new();
        for value in self.all(number) {
            match value {
                Value::Fixed64(bits) => all.push(bits),
                Value::Bytes(bytes) if bytes.len() % 8 == 0 => {
                    all.extend(
                        bytes
                            .chunks_exact(8)
                            .filter_map(|eight| eight.first_chunk())
                            .map(|eight| u64::from_le_bytes(*eight)),
                    );
                }
                _ => return None,
            }
        }
        Some(all)
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests;
