//! Requests that came whole, and in part.

use super::{read, Read};

#[test]
fn a_request_is_whole_or_begun() {
    let plain = b"POST /v1/logs HTTP/1.1\r\nContent-Type: application/X\r\ncontent-length: 3\r\n\r\nabc".to_vec();
    let chunked =
        b"POST /v1/logs HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n".to_vec();
    for all in [plain, chunked] {
        for len in 0..all.len() {
            assert!(matches!(read(&all[..len]), Read::Begun(false)), "{len} bytes");
        }
        let more = [&all[..], b"POST"].concat();
        let Read::Whole(request, taken) = read(&more) else { panic!("it is whole") };
        assert_eq!((&*request.path, &*request.body, taken), ("/v1/logs", &b"abc"[..], all.len()));
    }
    assert_eq!(read(b"GET / HTTP/1.1\r\n\r\n"), Read::Broken);
    let waits = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    assert_eq!(read(waits), Read::Begun(true));
}
