//! CPU time and memory of this process, and sleeping to the point.

use std::fs;
use std::time::{Duration, Instant};

/// CPU time of the calling thread.
pub fn thread_cpu() -> Duration {
    cpu(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// CPU time of all threads of the process.
pub fn process_cpu() -> Duration {
    cpu(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The most memory that was resident at any time, in bytes. 0 where the system does not tell.
pub fn peak_rss() -> u64 {
    status("VmHWM:")
}

/// The memory that is resident, in bytes.
pub fn rss() -> u64 {
    status("VmRSS:")
}

/// Asks the system to wake this thread when it wants to, and not up to 50 us later.
pub fn sharp_timers() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes plain numbers and touches no memory of ours.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1);
    }
}

/// Sleeps until a moment; returns at once when it has passed.
pub fn sleep_until(moment: Instant) {
    let now = Instant::now();
    if moment > now {
        std::thread::sleep(moment - now);
    }
}

fn cpu(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for the write and outlives the call.
    let result = unsafe { libc::clock_gettime(clock, &raw mut time) };
    if result == 0 {
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    } else {
        Duration::ZERO
    }
}

fn status(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}
