//! Names that the application gives, and extensions that are replaced while threads call them.

mod at_once;
mod carried;
mod embedder;
mod failed;
mod files;
mod held;
mod limits;
mod methods;
mod names;
mod patience;
mod rebuilt;
mod under_load;
mod versions;
