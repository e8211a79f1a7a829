//! Paths as a person types them.

use std::path::{Component, Path, PathBuf};

/// The absolute path of a plugin: the loader takes no other, and a person at a prompt need not type one.
///
/// A relative path counts from the current directory as the system has it, without symbolic links, so `..` at its
/// beginning has one meaning and leads up from there. A later `..` may follow a link, and stays for the loader to
/// refuse. What is absolute stays as it is.
pub(crate) fn absolute(file: &Path) -> PathBuf {
    match std::env::current_dir() {
        Ok(directory) if file.is_relative() && !file.as_os_str().is_empty() => below(directory, file),
        _ => file.to_owned(),
    }
}

fn below(mut directory: PathBuf, file: &Path) -> PathBuf {
    let mut parts = file.components();
    loop {
        let rest = parts.as_path();
        match parts.next() {
            Some(Component::CurDir) => {}
            Some(Component::ParentDir) => {
                directory.pop();
            }
            Some(_) => return directory.join(rest),
            None => return directory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_up_from_the_current_directory_is_resolved() {
        for (file, path) in [
            ("x.so", "/a/b/x.so"),
            ("./x.so", "/a/b/x.so"),
            ("../x.so", "/a/x.so"),
            (".././../c/x.so", "/c/x.so"),
            ("../../../../x.so", "/x.so"),
            ("c/../x.so", "/a/b/c/../x.so"),
            ("../c/../x.so", "/a/c/../x.so"),
        ] {
            assert_eq!(below(PathBuf::from("/a/b"), Path::new(file)), Path::new(path), "{file}");
        }
        for file in ["/a//b/../x.so", "/a/b/", ""] {
            assert_eq!(absolute(Path::new(file)).as_os_str(), file);
        }
    }
}
