namespace Rx.Vm.Qemu;

/// <summary>The kernel command line. What each part buys was measured: docs/adr/0001-machine-type.md.</summary>
internal static class KernelCommandLine
{
    // Console for kernel text only; a panic ends the machine at once (with -no-reboot) and still prints.
    private const string Always = "console=ttyS0 panic=-1 loglevel=1 8250.nr_uarts=1 audit=0 nowatchdog random.trust_cpu=on";

    // Boot time: no self-tests, no probing of absent hardware, no waiting for RCU, no certificate parsing.
    private const string Faster = "cryptomgr.notests rcupdate.rcu_expedited=1 i8042.noaux i8042.nokbd i8042.nopnp"
        + " initcall_blacklist=init_kprobe_trace,load_system_certificate_list,crypto_kdf108_init,cmos_init";

    // Only where it costs no security: TCG is no boundary anyway, and patching code is what it does slowest.
    private const string Translated = "nokaslr mitigations=off no_timer_check noreplace-smp";

    /// <summary>The line for a machine.</summary>
    public static string Build(bool hardware, string extra)
    {
        var line = hardware ? $"{Always} {Faster}" : $"{Always} {Faster} {Translated}";
        return extra.Length == 0 ? line : $"{line} {extra}";
    }
}
