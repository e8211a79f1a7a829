//! Messages that are whole, and that break off.

use super::Message;

#[test]
fn fields_are_read_by_their_numbers() {
    let mut bytes = vec![0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x19];
    bytes.extend(2.5_f64.to_le_bytes());
    bytes.extend([0x25, 1, 2, 3, 4]);
    let message = Message::read(&bytes).expect("a message");
    assert_eq!((message.varint(1), message.text(2), message.double(3)), (Some(150), Some("hi"), Some(2.5)));
    assert_eq!((message.varint(9), message.text(9), message.fixed(9)), (None, Some(""), None));
    for len in [1, 2, 4, 6, 8, 15, 17, 20] {
        assert!(Message::read(&bytes[..len]).is_none(), "it breaks off after {len} bytes");
    }
    assert!(Message::read(&[0x0B]).is_none() && Message::read(&[0xFF; 12]).is_none());
}
