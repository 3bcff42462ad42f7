using System.Reactive.Concurrency;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Reactive;
using Serilog.Core;

namespace Rx.Vm.Tests.Qemu.Start;

/// <summary>The machine of the driver, with a process that only sleeps.</summary>
public sealed class QemuMachineTests : IDisposable
{
    private const uint Theirs = 12_345;
    private const uint Somebody = 54_321;

    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task A_machine_that_may_not_be_killed_is_told_and_not_waited_for()
    {
        Assert.SkipUnless(Libc.geteuid() == 0 && PrivilegeDrop.CanChangeUser, "only root changes users");
        var ct = TestContext.Current.CancellationToken;
        var directory = VmDirectory.Create(_temp["run"], "vm");
        var words = LastWords.Create();
        var listeners = new List<SafeFileHandle>();
        var channels = MachineChannels.Create(directory, listeners);
        var process = ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
        {
            Program = EmulatorLocator.InPath("setpriv", "/usr/bin:/bin")!,
            Arguments = [$"--reuid={Theirs}", "--clear-groups", "/bin/sleep", "1000"],
            WorkingDirectory = directory.Handle, Output = words.File, Descriptors = [.. listeners],
        }));
        listeners.ForEach(static listener => listener.Dispose());
        while (ProcFs.Confinement(process.Identity.Pid, hardware: false)?.Uid != Theirs)
        {
            await Task.Yield();
        }

        var machine = new QemuMachine(process, words, directory, channels, "vm", Logger.None);
        machine.Watch();
        var disposing = Task.CompletedTask;

        // What root without the capability KILL is to a process of another user.
        SignalRights.As(Somebody, () =>
        {
            disposing = machine.DisposeAsync().AsTask();
            return 0;
        });

        var refusal = await Assert.ThrowsAsync<IOException>(() => disposing.WaitAsync(ct));
        Assert.Contains("runs on", refusal.Message, StringComparison.Ordinal);
        Assert.False(machine.Exited.IsCompleted);
        Assert.True(File.Exists(Path.Combine(_temp["run"], "vm", DirectoryRecord.FileName)));
        process.Signal(Libc.SigKill);
        await machine.Exited.WaitAsync(ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_trial_whose_emulator_closes_its_monitor_and_stays_can_be_given_up()
    {
        var emulator = _temp["stays"];
        File.WriteAllText(emulator, "#!/bin/sh\nexec 3>&- 4>&- 5>&- 6>&-\nexec sleep 1000\n");
        File.SetUnixFileMode(emulator, (UnixFileMode)0x1ed);
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var timer = VmSchedulers.Real.Time.Schedule(TimeSpan.FromSeconds(2), givenUp.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => EmulatorTrial.RunAsync(emulator, new QemuDriverOptions { RuntimeRoot = _temp["run"] }, givenUp.Token));
    }
}
