//! Plugins of a given size, each with bytes that no other has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::root;

/// Bytes of the padding that tell one library from another, at its beginning.
const MARK: &[u8; 32] = b"sochdb-bench padding begins here";

/// A library, and how to make others of it: `examples-c/codec_xor.c` with padding, or any plugin.
pub struct Template {
    path: PathBuf,
    size: usize,
    /// Where in the file the padding begins; without any, the file gets longer.
    mark: Option<usize>,
}

impl Template {
    /// Compiles it in `place`, `size` bytes large, but for the rounding of the linker.
    pub fn build(place: &Path, size: usize) -> Self {
        let bare = fs::metadata(compile(place, MARK.len())).expect("just compiled").len() as usize;
        let path = compile(place, MARK.len() + size.saturating_sub(bare));
        Self::at(path)
    }

    /// A copy of `library` in `place`.
    pub fn copy(place: &Path, library: &Path) -> Self {
        let path = place.join(library.file_name().expect("a file name"));
        fs::copy(library, &path).unwrap_or_else(|error| panic!("{}: {error}", library.display()));
        Self::at(path)
    }

    /// The template that is in the file at `path`.
    pub fn at(path: PathBuf) -> Self {
        let bytes = fs::read(&path).expect("a template");
        let mark = bytes.windows(MARK.len()).position(|window| window == MARK);
        Self { path, size: bytes.len(), mark }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Writes the library number `number` beside it.
    pub fn variant(&self, number: usize) -> PathBuf {
        let mut bytes = fs::read(&self.path).expect("it is there");
        let number_in_it = (number as u64).to_le_bytes();
        match self.mark {
            Some(mark) => bytes[mark..mark + 8].copy_from_slice(&number_in_it),
            None => bytes.extend(number_in_it),
        }
        let path = self.path.with_file_name(format!("variant_{number}.so"));
        fs::write(&path, bytes).expect("there is room for it");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&path, mode).expect("its own file");
        path
    }
}

/// Compiles the codec with so many bytes of padding, in a section that is mapped.
fn compile(place: &Path, padding: usize) -> PathBuf {
    let (data, assembler) = (place.join("padding.bin"), place.join("padding.s"));
    let library = place.join(format!("codec_xor_{padding}.so"));
    fs::write(&data, noise(padding)).expect("there is room for it");
    // The name of the file needs no escape: tempfile makes it of letters and digits, below a directory of the system.
    let section = ".section .note.GNU-stack,\"\",@progbits\n.section .rodata.padding,\"a\",@progbits\n";
    fs::write(&assembler, format!("{section}.incbin {:?}\n", data)).expect("there is room for it");
    let mut command = Command::new("cc");
    command.args(["-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-I"]).arg(root().join("include"));
    command.arg(root().join("examples-c/codec_xor.c")).arg(assembler).arg("-o").arg(&library);
    let status = command.status().expect("a C compiler called cc");
    assert!(status.success(), "{command:?}: {status}");
    library
}

/// Bytes that look like data: no page of them is empty or equal to another (xorshift64, Marsaglia 2003).
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = MARK.to_vec();
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}
