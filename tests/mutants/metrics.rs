//! Changes of an index that are no mistakes: it measures by another metric, and describes that one. As it is, by the square of the
//! Euclidean distance, `tests/examples` checks it.

use crate::subject::{Damage, Mutant, Plugin};

const FLAT: Plugin = Plugin::of("examples-c/index_flat.c").with(&["--quick", "--config", r#"{"dimensions": 16}"#]);
const FILE: &str = "examples-c/index_flat.c";
const METRIC: &str = "    properties->metric = SOCH_DISTANCE_L2_SQUARED;";
const SUM: &str =
    "    for (size_t i = 0; i < self->dimensions; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);";
const RESULT: &str = "    return (float)sum;";
const DOT: &str = "    double square = 0, other = 0;\n    for (size_t i = 0; i < self->dimensions; i++) sum += (double)a[i] * b[i], square += (double)a[i] * a[i], other += (double)b[i] * b[i];";
/// The root of a number by Newton's steps, without a library.
const ROOT: &str = "static double root(double of) {\n    double near = of;\n    for (int step = 0; step < 99 && near > 0; step++) near = (near + of / near) / 2;\n    return near;\n}\n\n// The square of";

macro_rules! metric {
    ($name:literal, $metric:literal, $sum:expr, $result:literal) => {
        Mutant {
            name: $name,
            plugin: FLAT,
            edits: &[
                (FILE, METRIC, concat!("    properties->metric = SOCH_DISTANCE_", $metric, ";")),
                (FILE, SUM, $sum),
                (FILE, RESULT, $result),
                (FILE, "// The square of", ROOT),
            ],
            damage: Damage::Wrong,
            finds: "",
        }
    };
}

pub const ALL: &[Mutant] = &[
    metric!("the Euclidean distance", "L2", SUM, "    return (float)root(sum);"),
    metric!(
        "the cosine",
        "COSINE",
        DOT,
        "    return (float)(square > 0 && other > 0 ? 1 - sum / (root(square) * root(other)) : 1);"
    ),
    metric!("the inner product", "INNER_PRODUCT", DOT, "    return (float)-sum;"),
    metric!("one that is not listed", "OTHER", SUM, "    return (float)(2 * sum);"),
];
