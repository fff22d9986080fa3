//! No wake-up is lost, in whatever order the threads run.

use bytes::Bytes;
use loom::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};
use models::{
    inbox::{Batch, Chunk, Inbox, Kind},
    outbox::{Block, Outbox, Part},
    ready::{Pending, Ready},
};

fn chunk(len: usize) -> Chunk {
    let mut chunk = Chunk::default();
    chunk.push(Kind::Binary, &vec![0; len]);
    chunk
}

fn block(len: usize) -> Block {
    Block {
        bytes: Bytes::from(vec![0; len]),
        entries: vec![(len, false)],
        framed: false,
        part: Part::Whole,
    }
}

/// Threads note signals, one list of connection and signal each, while JavaScript looks; it looks once
/// more for every wake-up that comes later.
fn see_every_signal(builder: &loom::model::Builder, threads: &'static [&'static [(usize, u32)]]) {
    builder.check(move || {
        let ready = Arc::new(Ready::default());
        let wakes = Arc::new(AtomicU32::new(0));
        let pending = [Arc::new(Pending::new(0)), Arc::new(Pending::new(1))];
        let network: Vec<_> = threads
            .iter()
            .map(|signals| {
                let (ready, wakes, pending) = (ready.clone(), wakes.clone(), pending.clone());
                thread::spawn(move || {
                    for (connection, signal) in *signals {
                        if ready.add(&pending[*connection], *signal) {
                            wakes.fetch_add(1, Ordering::AcqRel);
                        }
                    }
                })
            })
            .collect();
        let mut seen = [0; 2];
        let mut look = |answered: u32| {
            let sent = wakes.load(Ordering::Acquire);
            if sent == answered {
                return answered;
            }
            let mut out = [0; 8];
            let count = ready.take(&mut out) as usize;
            for pair in out[..2 * count].chunks(2) {
                seen[pair[0] as usize] |= pair[1];
            }
            sent
        };
        // JavaScript looks while the network threads are at work, and once for what was sent later.
        let answered = look(0);
        for thread in network {
            thread.join().unwrap();
        }
        look(answered);
        let mut noted = [0; 2];
        for (connection, signal) in threads.iter().copied().flatten() {
            noted[*connection] |= signal;
        }
        assert_eq!(seen, noted);
    });
}

#[test]
fn every_signal_of_one_thread_is_seen_after_the_last_wake_up() {
    let all = loom::model::Builder::new();
    see_every_signal(&all, &[&[(0, 1), (0, 2), (0, 4)]]);
    see_every_signal(&all, &[&[(0, 1), (1, 1), (0, 2)]]);
}

#[test]
fn every_signal_of_two_threads_for_one_connection_is_seen_after_the_last_wake_up() {
    // The JavaScript thread may write to a connection's socket itself, and signal then.
    see_every_signal(&loom::model::Builder::new(), &[&[(0, 1)], &[(0, 2)]]);
}

#[test]
fn every_signal_of_two_threads_for_two_connections_is_seen_after_the_last_wake_up() {
    see_every_signal(&loom::model::Builder::new(), &[&[(0, 1)], &[(1, 2)]]);
}

#[test]
fn every_signal_of_two_busy_threads_is_seen_after_the_last_wake_up() {
    // All orders with up to three involuntary switches; all without a bound take hours.
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    see_every_signal(&builder, &[&[(0, 1), (0, 2)], &[(1, 1), (1, 2)]]);
    see_every_signal(&builder, &[&[(0, 1), (1, 2)], &[(0, 4), (1, 8)]]);
}

#[test]
fn a_reader_that_found_nothing_is_told_of_what_comes() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::new(100));
        let task = {
            let inbox = inbox.clone();
            thread::spawn(move || u32::from(inbox.push(chunk(1))) + u32::from(inbox.push(chunk(1))))
        };
        let (mut slab, mut meta) = ([0; 8], [0; 8]);
        let (mut count, mut found_nothing) = (0, 0);
        for _ in 0..2 {
            match inbox.read(&mut slab, &mut meta).0 {
                Batch::Packed(n) => count += n,
                _ => found_nothing += 1,
            }
        }
        let told = task.join().unwrap();
        if count < 2 && found_nothing > 0 {
            assert!(told > 0, "messages wait and nobody was told");
        }
        if let Batch::Packed(n) = inbox.read(&mut slab, &mut meta).0 {
            count += n;
        }
        assert_eq!(count, 2);
        assert_eq!(inbox.cost(), 0);
    });
}

#[test]
fn a_task_that_paused_is_told_when_a_reader_made_room() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::new(40));
        let task = {
            let inbox = inbox.clone();
            thread::spawn(move || {
                inbox.push(chunk(1));
                inbox.push(chunk(1));
                inbox.pause(0)
            })
        };
        let (mut slab, mut meta) = ([0; 8], [0; 8]);
        let mut resumed = inbox.read(&mut slab, &mut meta).1;
        let paused = task.join().unwrap();
        resumed |= inbox.read(&mut slab, &mut meta).1;
        assert_eq!(paused, resumed);
        assert_eq!(inbox.cost(), 0);
    });
}

#[test]
fn a_writer_that_waits_is_told_when_everything_is_written() {
    loom::model(|| {
        let outbox = Arc::new(Outbox::default());
        let task = {
            let outbox = outbox.clone();
            thread::spawn(move || {
                let mut told = false;
                for _ in 0..2 {
                    let taken = outbox.pop();
                    told |= outbox.report(0);
                    drop(taken);
                }
                told
            })
        };
        assert!(outbox.push(block(6)));
        let waits = outbox.buffered(4) > 4;
        let mut told = task.join().unwrap();
        // The task is woken by the push in any case, and looks once more.
        while outbox.pop().is_some() {}
        told |= outbox.report(0);
        assert_eq!(waits, told);
        assert_eq!(outbox.buffered(4), 0);
    });
}

#[test]
fn nothing_is_queued_after_the_end() {
    loom::model(|| {
        let outbox = Arc::new(Outbox::default());
        let writer = {
            let outbox = outbox.clone();
            thread::spawn(move || outbox.push(block(1)))
        };
        outbox.close();
        writer.join().unwrap();
        assert!(outbox.is_empty());
        assert_eq!(outbox.pending(), 0);
    });
}

/// What JavaScript's own thread notes needs no wake-up, and swallows nobody else's.
#[test]
fn signals_that_are_noted_by_the_thread_itself_hide_no_others() {
    loom::model(|| {
        let ready = Arc::new(Ready::default());
        let wakes = Arc::new(AtomicU32::new(0));
        let pending = [Arc::new(Pending::new(0)), Arc::new(Pending::new(1))];
        let network = {
            let (ready, wakes, pending) = (ready.clone(), wakes.clone(), pending[0].clone());
            thread::spawn(move || {
                if ready.add(&pending, 1) {
                    wakes.fetch_add(1, Ordering::AcqRel);
                }
            })
        };
        let mut seen = [0; 2];
        let mut take = || {
            let mut out = [0; 8];
            let count = ready.take(&mut out) as usize;
            for pair in out[..2 * count].chunks(2) {
                seen[pair[0] as usize] |= pair[1];
            }
        };
        // Once with a signal of its own, once without.
        for signal in [Some(2), None] {
            let has_any = ready.add_here(|| {
                if let Some(signal) = signal {
                    assert!(!ready.add(&pending[1], signal), "no wake-up is needed");
                }
            });
            if has_any {
                take();
            }
        }
        network.join().unwrap();
        if wakes.load(Ordering::Acquire) > 0 {
            take();
        }
        assert_eq!(seen, [1, 2]);
    });
}
