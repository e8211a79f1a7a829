use crate::frame::kind::Kind;

/// A sort of plugins for which sequences are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Storage,
    Ordered,
    Vectors,
    Texts,
    Codec,
    Sink,
}

/// All of them, each with its kind and its name.
pub(crate) const SORTS: [(Sort, Kind, &str); 6] = [
    (Sort::Storage, Kind::Storage, "storage"),
    (Sort::Ordered, Kind::Index, "index"),
    (Sort::Vectors, Kind::Index, "vectors"),
    (Sort::Texts, Kind::Index, "texts"),
    (Sort::Codec, Kind::Compression, "codec"),
    (Sort::Sink, Kind::Observability, "sink"),
];
