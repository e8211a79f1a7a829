//! The kinds of extensions, a row each.

/// Calls the macro `$rows` with a row for each kind, in the order of the tables in [`soch_plugin`](crate::soch_plugin),
/// after what else is given: the entry's field, the name of the kind's handle and of its trait, its table, its bit, and
/// what an extension of the kind is.
///
/// ```
/// macro_rules! bits {
///     ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
///         [$((stringify!($kind), sochdb_plugin_abi::$bit)),+]
///     };
/// }
/// assert_eq!(sochdb_plugin_abi::for_each_kind!(bits)[0], ("storage", 1));
/// ```
#[macro_export]
macro_rules! for_each_kind {
    ($rows:ident $($first:tt)*) => {
        $rows! {
            $($first)*
            storage: Storage, StorageExtension, soch_storage, SOCH_KIND_STORAGE, "a storage engine";
            index: Index, IndexExtension, soch_index, SOCH_KIND_INDEX, "an index over a column";
            observability: Observability, ObservabilityExtension, soch_observability, SOCH_KIND_OBSERVABILITY,
                "a sink of metrics, spans and logs";
            compression: Compression, CompressionExtension, soch_compression, SOCH_KIND_COMPRESSION, "a codec";
        }
    };
}
