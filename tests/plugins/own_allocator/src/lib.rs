//! `storage_memory` with an allocator of its own: memory that crossed the boundary to be freed ends the process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::mem::{align_of, size_of};

#[path = "../../../../examples-rust/storage_memory/src/lib.rs"]
pub mod storage_memory;

/// In front of each block.
const TAG: u64 = 0x534F_4348_414C_4C4F;

struct Tagging;

#[global_allocator]
static TAGGING: Tagging = Tagging;

/// The layout of a block with room for its tag in front, and where the block begins in it.
fn with_tag(layout: Layout) -> (Layout, usize) {
    let front = layout.align().max(align_of::<u64>()).max(size_of::<u64>());
    let whole = Layout::from_size_align(layout.size() + front, front);
    (whole.unwrap_or_else(|_| std::process::abort()), front)
}

// SAFETY: each block lies in one of the system's that is larger by its front, at the alignment that was asked for.
unsafe impl GlobalAlloc for Tagging {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (whole, front) = with_tag(layout);
        // SAFETY: the size is not 0, as the front is not; the tag lies in the front.
        unsafe {
            let start = System.alloc(whole);
            if start.is_null() {
                return start;
            }
            let block = start.add(front);
            block.sub(size_of::<u64>()).cast::<u64>().write_unaligned(TAG);
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (whole, front) = with_tag(layout);
        // SAFETY: a block of this allocator has its tag in front; one of another allocator has readable memory there,
        // or ends the process as it should.
        unsafe {
            let tag = block.sub(size_of::<u64>()).cast::<u64>();
            if tag.read_unaligned() != TAG {
                std::process::abort();
            }
            tag.write_unaligned(0);
            System.dealloc(block.sub(front), whole);
        }
    }
}
