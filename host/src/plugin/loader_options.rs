use crate::instance::host_services::HostServices;
use crate::loader::trust_source::{RuleSource, TrustFiles};
use crate::plugin::loader::DynamicPluginLoader;
use crate::plugin::recipe::Context;
use crate::refusal::step::StepOutcome;
use crate::trust::policy::Policy;
use std::sync::Arc;
use std::time::Duration;

/// The options of a loader: what the program says of its loads beforehand.
impl DynamicPluginLoader {
    /// Sets the services that plugins get from the application; the default is [`TracingServices`](crate::TracingServices).
    #[must_use]
    pub fn services(self, services: Arc<dyn HostServices>) -> Self {
        self.change(|context| context.services = services)
    }

    /// Sets the name and version of the application, as plugins see it, such as `sochdb 2.1.0`.
    #[must_use]
    pub fn product(self, product: &str) -> Self {
        self.change(|context| context.product = product.to_owned())
    }

    /// Sets the most bytes that one call of a plugin may write; the default is 1 GiB.
    #[must_use]
    pub fn output_limit(self, bytes: u64) -> Self {
        self.change(|context| context.limits.output = bytes)
    }

    /// Sets the time that a call or a shutdown waits for other calls to end; the default is 30 s. For a build or a load of an
    /// index, see [`DynamicPluginLoader::build_timeout`].
    #[must_use]
    pub fn drain_timeout(self, drain_timeout: Duration) -> Self {
        self.change(|context| context.limits.drain_timeout = drain_timeout)
    }

    /// Sets the time that a call waits for an index that is being built or loaded, alone, by another one; the default is
    /// an hour. A caller who must not wait that long sets a limit of its own, by
    /// [`CallOptions::with_timeout`](crate::CallOptions::with_timeout), or has the index built beside searches, by
    /// [`PluginManager::rebuild`](crate::PluginManager::rebuild).
    #[must_use]
    pub fn build_timeout(self, build_timeout: Duration) -> Self {
        self.change(|context| context.limits.build_timeout = build_timeout)
    }

    /// Sets whether calls check what the contract forbids and a call does not show: writing outside of the room that was
    /// reserved, by guard bytes behind each; changing what a reader lends, by comparing it with a copy when its time ends;
    /// keeping the array that a cursor is given, by overwriting it after each call; and the text of an error that is not
    /// UTF-8 or has no end, which is shown as it can be otherwise. Slower; for tests of a plugin. Off
    /// by default.
    #[must_use]
    pub fn contract_checks(self, on: bool) -> Self {
        self.change(|context| context.limits.contract_checks = on)
    }

    /// Sets the receiver of each call of a plugin's functions, for tests of a plugin. Of one process, the calls of one
    /// library are told, the first whose instance is made by a loader that has a receiver. Needs the feature `recorder`.
    #[cfg(feature = "recorder")]
    #[must_use]
    pub fn recorder(self, recorder: Arc<dyn crate::loader::recorded::CallRecorder>) -> Self {
        self.change(|context| context.recorder = Some(recorder))
    }

    /// Sets whether the program promises that none of its threads changes the working directory, the umask, the locale,
    /// the environment, the handlers of signals, the limits, the timers or the standard descriptors while a plugin is
    /// loaded or makes an instance. Off by default.
    ///
    /// A load and the making of an instance leave the process as it was: the calling thread's floating-point environment,
    /// signal mask, locale and the like are put back always, and so are signal handlers in a plugin's code. What any thread
    /// may change is put back if the process has no other thread, or with this promise; otherwise a change that another
    /// thread meant could be lost. Each change is told in the audit line and to the observer, see
    /// [`ProcessChange`](crate::ProcessChange).
    #[must_use]
    pub fn restoring(mut self, on: bool) -> Self {
        self.options.restoring = on;
        self.change(|context| context.restoring = on)
    }

    /// Sets the function that is told how each step of a verification, a load and the making of an instance ended, in
    /// order, on the thread that loads. No lock is held then, so that the function may load plugins itself; the steps from
    /// `identity` to `version` are told together.
    #[must_use]
    pub fn observer(self, observer: impl Fn(StepOutcome) + Send + Sync + 'static) -> Self {
        self.change(|context| context.observer = Some(Arc::new(observer)))
    }

    /// Sets the trust files whose decisions the loader obeys.
    #[must_use]
    pub fn trust_files(mut self, files: TrustFiles) -> Self {
        self.options.rules = RuleSource::new(files);
        self
    }

    /// Sets the policy of every plugin; the default is [`Policy::Development`]. The trust files can demand more of a
    /// directory, not less. With a policy that the program gives, an operator's trust files need no home
    /// ([`TrustFiles::Operator`]).
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options.policy = Some(policy);
        self
    }

    /// Sets whether the constructors run in a process of their own first, the probe. On by default; a probe takes a few
    /// milliseconds a library. [`Policy::Strict`] demands one whatever is said here. The crate's table of threats says
    /// what a probe shows and what not.
    ///
    /// A plugin that was built with a sanitizer needs it off: the sanitizer's library must be the first one of a program,
    /// which is started with it in `LD_PRELOAD`, and the probe inherits no environment but the setting
    /// `glibc.rtld.optional_static_tls` of `GLIBC_TUNABLES`.
    #[must_use]
    pub fn probing(mut self, on: bool) -> Self {
        self.options.probing = on;
        self
    }

    /// Sets the time that the constructors may take in the probe; the default is 2 s.
    #[must_use]
    pub fn probe_limit(mut self, limit: Duration) -> Self {
        self.options.probe_limit = limit;
        self
    }

    /// Sets the time that a load may take in all, from the trust files to the probe, whose own limit counts within it; the
    /// default is 30 s. A load that takes longer is refused with [`Refusal::Timeout`](crate::Refusal::Timeout), also
    /// where a file system never answers: the thread that waits for it is left behind, and ends when it gets its answer.
    /// When 16 such threads wait, loads are refused at once. The time of the dynamic linker and of the constructors in this
    /// process, after the probe, is not limited.
    #[must_use]
    pub fn load_limit(mut self, limit: Duration) -> Self {
        self.options.load_limit = limit;
        self
    }

    /// Sets whether the kernel is asked if its policy (such as IPE or an integrity policy) lets the file run, by
    /// `AT_EXECVE_CHECK`, which Linux has since 6.14; an older kernel says nothing. The file must be executable then
    /// (`chmod a+x`). Off by default.
    #[must_use]
    pub fn exec_check(mut self, on: bool) -> Self {
        self.options.exec_check = on;
        self
    }

    /// Sets the size of the largest file that is loaded, in bytes; the default is 64 MiB.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.options.max_size = bytes;
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Context)) -> Self {
        change(Arc::make_mut(&mut self.context));
        self
    }
}
