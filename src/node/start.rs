//! What loading the addon does: it sets up the runtime and the panic hook.

use napi::bindgen_prelude::create_custom_tokio_runtime;

/// Two threads are enough for signing and waiting. By default, napi makes one thread for each core.
#[napi_derive::module_init]
fn start() {
    set_panic_hook();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    if let Ok(runtime) = runtime {
        create_custom_tokio_runtime(runtime);
    }
}

/// The text of a panic could hold a secret, so only the place of the panic is printed. The hook
/// affects this library only, because the library has its own copy of Rust's standard library.
fn set_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("jsforce-connection-manager has a defect at {place}: please report it.");
    }));
}

#[cfg(test)]
mod tests {
    use super::set_panic_hook;
    use std::process::Command;

    const CANARY: &str = "7215037-CANARY-of-a-panic";

    /// Runs in a process of its own, because a hook is set for the whole process.
    #[test]
    fn a_panic_is_told_by_its_place_without_its_words() {
        const MARK: &str = "PANICS_WITH_A_CANARY";
        if std::env::var_os(MARK).is_some() {
            set_panic_hook();
            let line = line!() + 1;
            let panics = std::thread::spawn(|| panic!("{CANARY}"));
            assert!(panics.join().is_err());
            println!("line {line}");
            return;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["a_panic_is_told_by_its_place_without_its_words", "--nocapture"])
            .envs([(MARK, "1"), ("RUST_BACKTRACE", "full")])
            .output()
            .unwrap();
        let (said, told) = (text(output.stdout), text(output.stderr));
        let (_, line) = said.split_once("line ").unwrap_or_else(|| panic!("{said}{told}"));
        let line = line.lines().next().unwrap();
        let place = format!("has a defect at src/node/start.rs:{line}:");
        assert!(told.contains(&place), "{told}");
        assert!(!format!("{said}{told}").contains(CANARY), "{told}");
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }
}
