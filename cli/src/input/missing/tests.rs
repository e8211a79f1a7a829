//! What a path that leads nowhere may have meant.

use super::*;

#[test]
fn a_misspelt_part_of_a_path_is_found_wherever_it_is() {
    let room = tempfile::tempdir().expect("the temporary directory can be written");
    let home = room.path();
    fs::create_dir_all(home.join("plugins/deep")).expect("its own directory");
    for name in ["libcodec_xor.so", "storage.so"] {
        fs::write(home.join("plugins").join(name), "").expect("its own file");
    }
    for (asked, part) in [
        ("plugins/codec_xor.so", "plugins/libcodec_xor.so"),
        ("plugins/Storage.so", "plugins/storage.so"),
        ("plugin/storage.so", "plugins/storage.so"),
        ("plugins/other", "nothing of a name like that"),
        ("elsewhere/a/b.so", "the last that is there is"),
        ("plugins/storage.so/x", "plugins/storage.so is no directory"),
    ] {
        let said = absent(&home.join(asked)).unwrap_or_else(|| panic!("nothing is said of {asked}"));
        assert!(said.starts_with("check the path: ") && said.contains(part), "{asked}: {said}");
    }
    assert_eq!(absent(&home.join("plugins/storage.so")), None);
}
