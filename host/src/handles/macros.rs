//! The common part of the four handles.

/// Defines a handle: an instance and the host's copy of one of its tables.
macro_rules! handle {
    ($(#[$doc:meta])* $handle:ident: $bound:ident, $field:ident, $table:ident, $capability:ident) => {
        $(#[$doc])*
        ///
        /// Every call blocks until the extension has returned, see [`blocking`](crate::blocking). Clones are the same
        /// extension, cheap to make, and any thread may use them. When the last one goes, here and in every manager, the
        /// extension is shut down, if nobody did that before, and freed. After a panic or a shutdown every call is refused;
        /// one that was replaced in a [`PluginManager`](crate::PluginManager) passes its calls on to the extension that
        /// took its place.
        #[derive(Clone)]
        pub struct $handle {
            pub(crate) instance: Arc<Instance>,
            pub(crate) table: $table,
        }

        impl $handle {
            /// Takes a value of the application, an extension of this one kind, and starts it. A plugin that is linked in comes
            /// with all its kinds, a configuration and a host: [`DynamicPluginLoader::linked`](crate::DynamicPluginLoader::linked).
            ///
            /// Blocks until `init` and the descriptions have returned.
            ///
            /// # Errors
            /// The error of its [`Extension::init`]; the extension is gone then.
            pub fn new<E: $bound>(extension: E) -> Result<Self> {
                let tables = crate::instance::Tables {
                    $field: Some(*shims::$field::<E>()),
                    ..Default::default()
                };
                let instance = crate::tiers::in_process::start(extension, tables, ExtensionCapability::$capability)?;
                Ok(Self::of(&Arc::new(instance)).expect("the table was just given"))
            }

            pub(crate) fn of(instance: &Arc<Instance>) -> Option<Self> {
                Some(Self { table: instance.tables.$field?, instance: instance.clone() })
            }

            /// Shows the extension's own value to `look`, if it is one of the application's and of type `E`.
            ///
            /// Blocks as long as `look` does.
            pub fn inspect<E: 'static, R>(&self, look: impl FnOnce(&E) -> R) -> Option<R> {
                self.instance.inspect(|any| any.downcast_ref().map(look)).flatten()
            }

            /// Runs `call`, alone on the instance, with the extension's table, as far as the host adopted it, and the
            /// instance: for the conformance suite, which asks what no handle does, such as an operation of a later minor
            /// version.
            ///
            /// Blocks until no other call is under way, and as long as `call` does.
            ///
            /// # Errors
            /// The status that `call` returns, as of the slot that it names.
            #[doc(hidden)]
            pub fn alone(
                &self,
                slot: &'static str,
                call: impl FnOnce(&$table, *mut core::ffi::c_void, *mut sochdb_plugin_abi::soch_error) -> sochdb_plugin_abi::soch_status,
            ) -> Result<()> {
                let done = self.instance.exclusive(slot, |instance, error| call(&self.table, instance, error));
                self.done(slot, done)
            }

            /// Whether a panic ended the extension.
            ///
            /// Never blocks.
            pub fn is_poisoned(&self) -> bool {
                self.instance.is_poisoned()
            }

            /// The result of a call; if it came too late, as the extension was replaced, that of `again` by the one which
            /// took its place.
            #[inline]
            pub(crate) fn or_next<R>(
                &self,
                result: Result<R>,
                again: impl FnOnce(&mut Self) -> Result<R>,
            ) -> Result<R> {
                match result {
                    Ok(answer) => Ok(answer),
                    Err(error) => self.by_next(error, again),
                }
            }

            #[cold]
            fn by_next<R>(&self, late: Error, again: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
                if late.kind() != ErrorKind::ShutDown {
                    return Err(late);
                }
                let slot = late.slot().unwrap_or("a call");
                let next = self.instance.successor(slot, self.instance.limits.drain_timeout)?;
                match next.and_then(|next| Self::of(&next)) {
                    Some(mut next) => again(&mut next),
                    None => Err(late),
                }
            }

            /// Refuses `SOCH_NOT_FOUND` as an answer to this call.
            #[inline]
            pub(crate) fn done(&self, slot: &str, result: Result<bool>) -> Result<()> {
                match result {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(self.instance.unexpected_not_found(slot)),
                    Err(error) => Err(error),
                }
            }
        }

        impl std::fmt::Debug for $handle {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::instance::describe(formatter, stringify!($handle), &self.instance.info)
            }
        }

        impl Extension for $handle {
            fn info(&self) -> sochdb_plugin_sdk::ExtensionInfo {
                self.instance.info.clone()
            }

            fn shutdown(&mut self) -> Result<()> {
                self.instance.shutdown()
            }
        }
    };
}

/// A slot that `tables::adopt` filled or found.
macro_rules! slot {
    ($($path:tt)+) => { $($path)+.expect("filled when the table was adopted") };
}

pub(crate) use {handle, slot};
