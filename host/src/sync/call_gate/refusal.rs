/// Why the gate lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Closed,
    Poisoned,
    /// The calls under way did not end in time; how many there were at last.
    Busy(usize),
    /// The calling thread is itself in what it would wait for: it would wait for itself.
    Within(Hold),
    /// The call would wait for something that waits for the calling thread, by way of the extension of this name.
    Deadlock(Box<str>),
    /// The kernel no longer lets this process make its other threads pass a barrier.
    NoBarrier,
    /// This process is a child that fork made of the one in which the extension runs.
    Forked,
}

/// The hold that the calling thread has of an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// A call under way.
    Call,
    /// An open reader, which it opened or used last.
    Reader,
    /// An exclusive call under way, or the shutdown.
    Exclusive,
}
