using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>Starts the emulator without a machine, under the same sandbox, and sees what it says: about 40 ms.</summary>
/// <param name="Version">Its version, or null when it ended instead.</param>
/// <param name="Confinement">How it was confined; null when it ended first.</param>
/// <param name="Exit">How it ended; only told when <paramref name="Version"/> is null.</param>
internal sealed record EmulatorTrial(string? Version, Confinement? Confinement, MachineExit Exit)
{
    /// <summary>Runs the trial. Leaves nothing behind.</summary>
    /// <param name="emulator">Absolute path.</param>
    /// <param name="options">Whom it runs as.</param>
    /// <param name="ct">Ends the trial: the process is killed.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    public static async Task<EmulatorTrial> RunAsync(string emulator, QemuDriverOptions options, CancellationToken ct)
    {
        using var gate = StartGate.Create();
        using var words = LastWords.Create();
        using var lifeline = Lifeline.NewReader();
        using var root = Libc.open("/", Libc.OpenDirectory | Libc.OpenCloseOnExec);
        using var user = UserLease.Take(options);
        var (program, arguments) = PrivilegeDrop.Wrap(emulator, QemuCommandLine.BuildTrial(), user?.User, hardware: false)
            ?? throw new IOException($"QEMU cannot run as user {user!.User.Uid}: that takes {PrivilegeDrop.Needs}");
        using var process = ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
        {
            Program = program,
            Arguments = arguments,
            WorkingDirectory = root,
            Output = words.File,
            Descriptors = user?.File is { } file
                ? [gate.MonitorEnd, gate.OptionsEnd, lifeline, file]
                : [gate.MonitorEnd, gate.OptionsEnd, lifeline],
        }));
        var ended = new TaskCompletionSource<MachineExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            Lifeline.Tie(lifeline, process.Identity.Pid, user?.User);
            ProcessWatcher.Shared.Watch(process.Descriptor, () => ended.TrySetResult(process.Collect(words.Read())));
        }
        catch (IOException)
        {
            process.KillAndReap();
            throw;
        }

        gate.Open(QemuCommandLine.FirstDescriptor);
        string? version = null;
        Confinement? confinement = null;
        try
        {
            version = await gate.WaitAsync(ct).ConfigureAwait(false);
            if (version is null)
            {
                // It closed its monitor and is ending by itself; its own status is worth more than a kill.
                await ended.Task.WaitAsync(ct).ConfigureAwait(false);
            }
            else
            {
                confinement = ProcFs.Confinement(process.Identity.Pid, hardware: false);
            }
        }
        finally
        {
            process.Signal(Libc.SigKill);
            await ended.Task.ConfigureAwait(false);
        }

        return new EmulatorTrial(version, confinement, await ended.Task.ConfigureAwait(false));
    }
}
