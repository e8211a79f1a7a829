//! Calls on many threads at once, inside each other, and while what they call is ended.

mod crossing_ends;
mod nested_calls;
mod threads;
