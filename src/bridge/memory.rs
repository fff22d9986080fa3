//! What the C library does with memory that chunks have given back.

use napi_derive::napi;

use super::hub::Hub;

#[napi]
impl Hub {
    /// Lets malloc keep freed memory for the chunks that follow, up to twice `KEPT`, for this process.
    ///
    /// By default glibc gives the end of its heap back to the system when 128 KiB of it are free, and the
    /// next chunks take it again, page by page, which costs more than receiving them. It learns that large
    /// blocks come and go when one is freed (`M_MMAP_THRESHOLD` in mallopt(3)): so one is, untouched.
    /// Other C libraries have no such limit.
    #[napi(catch_unwind)]
    pub fn keep_freed_memory(&self) {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        {
            let mut block = Vec::<u8>::new();
            // Where there is no memory for it, everything stays as it is.
            let _ = block.try_reserve_exact(KEPT);
            // The compiler may not leave out what nobody uses.
            std::hint::black_box(block.as_ptr());
        }
    }
}

/// As much as `lib/nursery.js` lets become free at once. glibc learns from less than 32 MiB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: usize = 31 << 20;
