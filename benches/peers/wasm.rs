//! The same step in WebAssembly.

use wasmtime::{Engine, Instance, Module, Store, TypedFunc};

const TEXT: &str = r#"(module
    (global $field (mut i64) (i64.const 0x9E3779B97F4A7C15))
    (func (export "step") (param i64) (result i64)
        (i64.xor (i64.rotl (local.get 0) (i64.const 5)) (global.get $field))))"#;

/// The module as a file would hold it.
pub fn binary() -> Vec<u8> {
    wat::parse_str(TEXT).expect("the text above is WebAssembly")
}

/// Compiles it and makes an instance; gives what calls its function.
pub fn load(binary: &[u8]) -> (Store<()>, TypedFunc<u64, u64>) {
    let engine = Engine::default();
    let module = Module::new(&engine, binary).expect("it is valid");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
    let step = instance.get_typed_func(&mut store, "step").expect("it exports this");
    (store, step)
}

/// Its step.
pub fn step() -> impl FnMut(u64) -> u64 {
    let (mut store, step) = load(&binary());
    move |x| step.call(&mut store, x).expect("it has no trap")
}
