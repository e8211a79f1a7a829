//! The calling thread's floating-point environment. A library that is linked with `-ffast-math` turns off small numbers
//! for the thread that loads it, and with it wrong results come into what the program computes there.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use registers::Registers;

/// The registers, with the exceptions that were seen: those are put back too, but not told, as arithmetic sets them.
pub(crate) struct FloatingPoint(Registers);

impl Part for FloatingPoint {
    fn now() -> Self {
        Self(Registers::read())
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        if self.0.control() == now.0.control() {
            if changes.are_undone() {
                self.0.write();
            }
            return;
        }
        let texts = (self.0.text(), now.0.text());
        changes.add((ProcessPart::FloatingPoint, By::ThisThread), "", texts, || {
            self.0.write();
            Registers::read().control() == self.0.control()
        });
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod registers {
    use std::arch::asm;

    /// Flush-to-zero and denormals-are-zero.
    const FLUSHING: u32 = 0x8040;
    /// Round to nearest is 0.
    const ROUNDING: u32 = 0x6000;
    /// Everything but the exceptions that were seen.
    const CONTROL: u32 = !0x3f;
    /// The reserved bits of the control word are undefined.
    const X87_CONTROL: u32 = 0x0f3f;

    #[derive(Clone, Copy)]
    pub(crate) struct Registers {
        mxcsr: u32,
        /// As `fnstenv` writes it: control, status and tag word, and the last instruction.
        x87: [u32; 7],
    }

    impl Registers {
        pub(crate) fn read() -> Self {
            let (mut mxcsr, mut x87) = (0_u32, [0_u32; 7]);
            // SAFETY: each instruction writes its own place, which is as large as the processor's manual says; `fldenv`
            // takes back that `fnstenv` masks exceptions.
            unsafe {
                asm!(
                    "stmxcsr [{mxcsr}]",
                    "fnstenv [{x87}]",
                    "fldenv [{x87}]",
                    mxcsr = in(reg) &raw mut mxcsr,
                    x87 = in(reg) x87.as_mut_ptr(),
                    options(nostack, preserves_flags),
                );
            }
            Self { mxcsr, x87 }
        }

        pub(crate) fn write(&self) {
            // SAFETY: the registers get what they held when this thread came from its own code: the environment in which
            // that code was compiled to run. The calling convention has the x87 stack empty then as now.
            unsafe {
                asm!(
                    "ldmxcsr [{mxcsr}]",
                    "fldenv [{x87}]",
                    mxcsr = in(reg) &raw const self.mxcsr,
                    x87 = in(reg) self.x87.as_ptr(),
                    options(nostack, preserves_flags, readonly),
                );
            }
        }

        /// The part that a plugin must not change: control words, and an x87 stack that is left full.
        pub(crate) fn control(&self) -> (u32, u32, u32) {
            (self.mxcsr & CONTROL, self.x87[0] & X87_CONTROL, self.x87[2] & 0xffff)
        }

        pub(crate) fn text(&self) -> String {
            let (mxcsr, x87, tags) = self.control();
            let mut text = format!("MXCSR {mxcsr:#06x}, x87 {x87:#06x}");
            if mxcsr & FLUSHING != 0 {
                text += ", small numbers are zero";
            }
            if mxcsr & ROUNDING != 0 {
                text += ", does not round to nearest";
            }
            if tags != 0xffff {
                text += ", its stack is in use";
            }
            text
        }
    }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
mod registers {
    use std::arch::asm;

    /// FZ, FZ16 and FIZ.
    const FLUSHING: u64 = 1 << 24 | 1 << 19 | 1;
    /// Round to nearest is 0.
    const ROUNDING: u64 = 3 << 22;

    #[derive(Clone, Copy)]
    pub(crate) struct Registers {
        control: u64,
        status: u64,
    }

    impl Registers {
        pub(crate) fn read() -> Self {
            let (control, status);
            // SAFETY: both registers may be read at any time.
            unsafe {
                asm!("mrs {}, fpcr", "mrs {}, fpsr", out(reg) control, out(reg) status,
                    options(nomem, nostack, preserves_flags));
            }
            Self { control, status }
        }

        pub(crate) fn write(&self) {
            // SAFETY: the registers get what they held when this thread came from its own code: the environment in which
            // that code was compiled to run.
            unsafe {
                asm!("msr fpcr, {}", "msr fpsr, {}", in(reg) self.control, in(reg) self.status,
                    options(nomem, nostack, preserves_flags));
            }
        }

        pub(crate) fn control(&self) -> u64 {
            self.control
        }

        pub(crate) fn text(&self) -> String {
            let mut text = format!("FPCR {:#x}", self.control);
            if self.control & FLUSHING != 0 {
                text += ", small numbers are zero";
            }
            if self.control & ROUNDING != 0 {
                text += ", does not round to nearest";
            }
            text
        }
    }
}

/// Not looked at on other processors.
#[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), miri))]
mod registers {
    #[derive(Clone, Copy)]
    pub(crate) struct Registers;

    impl Registers {
        pub(crate) fn read() -> Self {
            Self
        }

        pub(crate) fn write(&self) {}

        pub(crate) fn control(&self) {}

        pub(crate) fn text(&self) -> String {
            String::new()
        }
    }
}
