/// A figure that a test found beside what it demands, such as a recall: for who compares plugins.
///
/// ```
/// use sochdb_plugin_conformance::Measured;
///
/// fn line(measured: &Measured) -> String {
///     format!("{} at {}: {:.3}", measured.name, measured.at, measured.value)
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measured {
    /// The name of the row of figures that it belongs to, such as `recall@10`.
    pub name: &'static str,
    /// The place in the row, such as the number of rows.
    pub at: f64,
    /// The figure.
    pub value: f64,
}
