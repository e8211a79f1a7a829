//! Makes a sequence that fails as short and simple as one finds by trying.

use crate::fuzz::edit::Edit;
use crate::fuzz::operation::Operation;

/// The tries that one sequence is worth.
const TRIES: usize = 500;

/// The edits after which the operations still fail.
struct Shrink<'a, O> {
    operations: Vec<O>,
    edits: Vec<Edit>,
    tries: usize,
    fails: &'a mut dyn FnMut(&[Edit]) -> bool,
}

/// Finds the edits with which `fails` is still true.
pub(crate) fn edits<O: Operation>(
    operations: Vec<O>,
    edits: Vec<Edit>,
    fails: &mut dyn FnMut(&[Edit]) -> bool,
) -> Vec<Edit> {
    let mut shrink = Shrink { operations, edits, tries: TRIES, fails };
    shrink.leave_out();
    shrink.simplify(Edit::Operation);
    shrink.simplify(Edit::Bytes);
    shrink.leave_out();
    shrink.edits
}

impl<O: Operation> Shrink<'_, O> {
    /// Keeps the edit if what is left fails; None if there is no such edit.
    fn try_edit(&mut self, edit: Edit) -> Option<bool> {
        let mut simpler = self.operations.clone();
        if self.tries == 0 || !edit.apply(&mut simpler) {
            return None;
        }
        self.tries -= 1;
        self.edits.push(edit);
        let fails = (self.fails)(&self.edits);
        if fails {
            self.operations = simpler;
        } else {
            self.edits.pop();
        }
        Some(fails)
    }

    /// Leaves out halves, then quarters, down to one alone.
    fn leave_out(&mut self) {
        let mut size = self.operations.len().div_ceil(2);
        while size > 0 {
            let mut at = 0;
            while at < self.operations.len() {
                let to = (at + size).min(self.operations.len());
                match self.try_edit(Edit::LeaveOut(at, to)) {
                    Some(true) => {}
                    Some(false) => at += size,
                    None => return,
                }
            }
            size /= 2;
        }
    }

    /// Tries each simpler form of each operation, or of all bytes, until there is none any more that fails.
    fn simplify(&mut self, edit: fn(usize, usize) -> Edit) {
        // No operation has more bytes than this.
        for number in 0..self.operations.len() * 4 {
            let mut form = 0;
            while let Some(fails) = self.try_edit(edit(number, form)) {
                form = if fails { 0 } else { form + 1 };
            }
        }
    }
}
