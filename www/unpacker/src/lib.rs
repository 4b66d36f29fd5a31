//! Unpacks LZMA in the page. The core, packed so, takes a quarter less room than in gzip, which is all that browsers
//! unpack by themselves. It stands in the page as a module of its own, of some kilobytes: it is called once, by
//! `www/input/unpacker.js`, and thrown away with all that it allocated.
#![cfg(target_arch = "wasm32")]
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::{ptr, slice};

use lzma_rust2::{LzmaReader, Read};

/// A page of a module's memory.
const PAGE: usize = 64 * 1024;

/// Gives memory behind what there is, and takes none back.
struct Heap {
    /// Where what is free begins; zero: nothing was given yet.
    free: AtomicUsize,
}

#[global_allocator]
static HEAP: Heap = Heap { free: AtomicUsize::new(0) };

// SAFETY: what is given out lies behind the memory that the compiler planned with, and nothing is given twice.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let end = memory_size(0) * PAGE;
        let free = match self.free.load(Relaxed) {
            0 => end,
            free => free,
        };
        let start = free.next_multiple_of(layout.align());
        let next = start.saturating_add(layout.size());
        if next > end && memory_grow(0, (next - end).div_ceil(PAGE)) == usize::MAX {
            return ptr::null_mut();
        }
        self.free.store(next, Relaxed);
        ptr::with_exposed_provenance_mut(start)
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unreachable()
}

/// Memory for so many bytes; null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    match Layout::array::<u8>(bytes) {
        // SAFETY: this heap gives what has no size, too.
        Ok(layout) => unsafe { HEAP.alloc(layout) },
        Err(_) => ptr::null_mut(),
    }
}

/// Unpacks a stream with LZMA's own header (`.lzma`, 13 bytes, as the LZMA SDK's `lzma-specification.txt` has it) and gives
/// how many bytes came of it: fewer than wanted if it is damaged.
///
/// # Safety
///
/// Both places are of `room`, and have that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unpack(packed: *const u8, length: usize, to: *mut u8, wanted: usize) -> usize {
    // SAFETY: see above.
    let (packed, to) =
        unsafe { (slice::from_raw_parts(packed, length), slice::from_raw_parts_mut(to, wanted)) };
    let Ok(mut reader) = LzmaReader::new_mem_limit(packed, u32::MAX, None) else { return 0 };
    let mut done = 0;
    while let Some(rest) = to.get_mut(done..).filter(|rest| !rest.is_empty())
        && let Ok(read @ 1..) = reader.read(rest)
    {
        done += read;
    }
    done
}
