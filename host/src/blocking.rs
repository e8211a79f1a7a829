//! The calls that block, and how async programs and threads make them.
//!
//! Every call of a handle runs on the calling thread and returns when the extension has: there is no executor inside, and a
//! thread of its own is only for the making and the end of an instance. Each method of a handle, a library, a loader and a manager
//! says whether it blocks. One that never does waits for no extension, file or thread, at most for a lock that others hold for a
//! moment. What the others wait for:
//!
//! | calls | what they wait for |
//! | --- | --- |
//! | `get`, `put`, `lookup`, `compress`, a counter, a log line | the extension: memory, or a disk |
//! | `scan`, `flush`, `compact`, `build`, `search`, `train`, `checkpoint`, `save`, `load` | the extension, as long as the work takes; [`CallOptions`](crate::CallOptions) give a deadline, a [`CancelToken`](crate::CancelToken) and progress |
//! | a change of an index | searches under way, and they for it, unless it describes concurrent changes; another caller's build |
//! | any call of what is being replaced | the next one, at most for the drain timeout |
//! | `load`, `instance`, `shutdown`, `replace`, `hand_over`, `upgrade` | files, the probe, calls under way; each has a limit that the loader was given |
//! | to drop the last handle | the end of the extension |
//!
//! Handles, readers, cursors that own their reader, and transactions are `Send`: they live in a struct, cross an `await`, and go
//! to another thread. A [`Cursor`](crate::Cursor) borrows, and stays where its reader is.
//!
//! # A server on tokio
//! What may touch a disk goes to a thread where blocking is allowed. The state of a server, such as axum's `State`, is a
//! struct of handles that is cloned for each request.
//!
//! ```
//! use sochdb_plugin_host::Storage;
#![doc = include_str!("handles/memory_storage.example")]
//! use tokio::task::spawn_blocking;
//!
//! #[derive(Clone)]
//! struct State {
//!     users: Storage,
//! }
//!
//! /// A handler, as of `GET /users/{name}`.
//! async fn user(state: State, name: String) -> Result<Option<Vec<u8>>> {
//!     let get = move || state.users.get(1, name.as_bytes());
//!     spawn_blocking(get).await.map_err(|error| Error::new(ErrorKind::Failed, error.to_string()))?
//! }
//!
//! let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
//! let state = State { users: Storage::new(Memory::default())? };
//! state.users.put(1, b"ada", b"1815", 0)?;
//! assert_eq!(runtime.block_on(user(state, "ada".to_owned()))?.as_deref(), Some(&b"1815"[..]));
//! # Ok::<(), Error>(())
//! ```
//!
//! What is in memory, such as a lookup of an index or a counter, is faster than the way to another thread: call it where you
//! are.
//!
//! # A future that is dropped
//! The call on the other thread goes on when its future is dropped, as by `tokio::time::timeout`. A token that is cancelled
//! then ends it, when the extension next asks.
//!
//! ```
//! use sochdb_plugin_host::{CallOptions, CancelToken, Storage};
#![doc = include_str!("handles/memory_storage.example")]
//! use std::time::Duration;
//! use tokio::task::spawn_blocking;
//!
//! /// Cancels when it goes.
//! struct CancelOnDrop(CancelToken);
//! impl Drop for CancelOnDrop {
//!     fn drop(&mut self) {
//!         self.0.cancel();
//!     }
//! }
//!
//! async fn compact(storage: &Storage) -> Result<()> {
//!     let (storage, guard) = (storage.clone(), CancelOnDrop(CancelToken::new()));
//!     let options = CallOptions::new().with_cancel(&guard.0).with_timeout(Duration::from_secs(60));
//!     let done = spawn_blocking(move || options.run(|| storage.compact())).await;
//!     drop(guard); // Kept until here, or until the future is dropped.
//!     done.map_err(|error| Error::new(ErrorKind::Failed, error.to_string()))?
//! }
//!
//! let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
//! runtime.block_on(compact(&Storage::new(Memory::default())?))?;
//! # Ok::<(), Error>(())
//! ```
//!
//! # A stream of rows
//! One blocking task walks, and hands on what it finds through a channel that has an end: a receiver that is slow makes
//! it wait, and one that is gone ends it. The snapshot stays as long as the task does.
//!
//! ```
//! use sochdb_plugin_host::sdk::CursorOptions;
//! use sochdb_plugin_host::Storage;
#![doc = include_str!("handles/memory_storage.example")]
//! use tokio::sync::mpsc;
//! use tokio::task::spawn_blocking;
//!
//! type Row = (Vec<u8>, Vec<u8>);
//!
//! fn rows(storage: &Storage, table: TableId) -> mpsc::Receiver<Result<Vec<Row>>> {
//!     let ((send, receive), storage) = (mpsc::channel(4), storage.clone());
//!     spawn_blocking(move || {
//!         let walk = || {
//!             // To open a snapshot may touch a disk, too.
//!             let mut cursor = storage.reader()?.into_cursor(table, &CursorOptions::new())?;
//!             loop {
//!                 let batch: Vec<Row> = cursor.next_batch()?.map(|(k, v)| (k.to_vec(), v.to_vec())).collect();
//!                 if batch.is_empty() || send.blocking_send(Ok(batch)).is_err() {
//!                     return Ok::<_, Error>(());
//!                 }
//!             }
//!         };
//!         walk().or_else(|error| send.blocking_send(Err(error)))
//!     });
//!     receive
//! }
//!
//! let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
//! let storage = Storage::new(Memory::default())?;
//! storage.put(1, b"a", b"1", 0)?;
//! let count = runtime.block_on(async {
//!     let (mut batches, mut count) = (rows(&storage, 1), 0);
//!     while let Some(batch) = batches.recv().await {
//!         count += batch?.len();
//!     }
//!     Ok::<_, Error>(count)
//! })?;
//! assert_eq!(count, 1);
//! # Ok::<(), Error>(())
//! ```
//!
//! # Plain threads
//! Each thread has a clone of the handle, or borrows one: all its calls may be made by several at once. Readers, cursors and
//! transactions are of one thread at a time.
//!
//! ```
//! use sochdb_plugin_host::Storage;
#![doc = include_str!("handles/memory_storage.example")]
//! let storage = Storage::new(Memory::default())?;
//! std::thread::scope(|scope| {
//!     for number in 0..4_u8 {
//!         let storage = &storage;
//!         scope.spawn(move || storage.put(1, &[number], b"x", 0));
//!     }
//! });
//! assert_eq!(storage.scan(1, b"", b"", 10)?.len(), 4);
//! # Ok::<(), Error>(())
//! ```
