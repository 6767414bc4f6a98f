//! Names the library as programs find it when they start: by the version of its ABI, so that another
//! one can lie beside it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let name = match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => "-Wl,-soname,libcallpop.so.1",
        Ok("macos") => "-Wl,-install_name,@rpath/libcallpop.1.dylib",
        _ => return,
    };
    println!("cargo::rustc-cdylib-link-arg={name}");
}
