//! Registers what the napi command line needs to see (rerun conditions, type definitions).

fn main() {
    napi_build::setup();
}
