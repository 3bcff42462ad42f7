using System.Collections.Immutable;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using Microsoft.Win32.SafeHandles;
using Rx.Qmp.Isolation;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Reactive;
using Rx.Vm.Text;
using Serilog;

namespace Rx.Vm.Qemu;

/// <summary>
/// Runs every machine as a QEMU process in a session of its own, confined, with its output in memory and its sockets in a directory nobody
/// else can enter. It ends with this process or outlives it, as <see cref="MachineSpec.WhenProcessDies"/> says. Holds no state but its
/// options; one instance serves any number of machines on any thread. A start also removes the directories that dead machines left.
/// </summary>
/// <param name="options">How this host runs QEMU; null for the defaults.</param>
/// <param name="logger">Where to log; null for nowhere.</param>
/// <param name="time">The clock by which failures of KVM are remembered; null for real time.</param>
public sealed class QemuDriver(QemuDriverOptions? options = null, ILogger? logger = null, IScheduler? time = null) : IMachineDriver
{
    private const int FilteredSeccomp = 2;

    private readonly QemuDriverOptions _options = options ?? new QemuDriverOptions();
    private readonly ILogger _log = SafeLogger.Wrap(logger).ForContext<QemuDriver>();

    /// <summary>How it runs QEMU.</summary>
    internal QemuDriverOptions Options => _options;

    private readonly IScheduler _time = time ?? VmSchedulers.Real.Time;

    /// <summary>What is remembered about KVM on this host.</summary>
    public AcceleratorMemory AcceleratorMemory { get; } =
        new((options ?? new QemuDriverOptions()).CacheDirectory, time ?? VmSchedulers.Real.Time);

    /// <inheritdoc/>
    public string LockDirectory => _options.LockDirectory;

    /// <inheritdoc/>
    public async ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        LinuxOnly.Require("QEMU's driver");
        var emulator = Check(spec);
        using var descriptors = Descriptors.Reserve(spec.Id);
        var began = _time.Now;
        var choice = AcceleratorProbe.Decide(spec.Accelerator, AcceleratorProbe.Gather(AcceleratorMemory.Recall(), UserLease.Example(_options)));
        if (choice.Use is null)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.Accelerator, choice.Explanation);
        }

        if (spec.RequireIsolation && !choice.IsHardware)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.Isolation,
                $"machine '{spec.Id}' must be isolated by hardware, and this host would use {choice.Explanation}");
        }

        try
        {
            var machine = await StartAsync(spec, emulator, choice.IsHardware, ct).ConfigureAwait(false);
            machine.Began = began;
            return machine;
        }
        catch (MachineStartException e) when (
            e.Cause == MachineStartFailure.DiedAtStart && choice.IsHardware && spec is { Accelerator: Accelerator.Auto, RequireIsolation: false })
        {
            _log.Warning("Machine {VmId} died at its start under KVM, trying TCG: {Reason}", spec.Id, e.Message);
            var machine = await StartAsync(spec, emulator, hardware: false, ct).ConfigureAwait(false);
            AcceleratorMemory.Remember(e.Message, began);
            return machine;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        if (!Identifiers.IsValid(record.Id) || !Path.IsPathFullyQualified(record.Directory)
            || Path.GetFullPath(record.Directory) != Path.GetFullPath(Path.Combine(_options.RuntimeRoot, record.Id)))
        {
            throw new MachineStartException(record.Id, MachineStartFailure.InvalidSpec,
                $"the record of '{record.Id}' names '{record.Directory}', which is not its directory in '{_options.RuntimeRoot}'");
        }

        try
        {
            return ValueTask.FromResult<IMachine?>(Attach(record));
        }
        catch (Exception e) when (e is SocketException or IOException or VmDirectoryException)
        {
            throw new MachineStartException(
                record.Id, MachineStartFailure.Unreachable, $"machine '{record.Id}' runs but cannot be reached: {e.Message}", inner: e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Leftover>> FindLeftoversAsync(CancellationToken ct = default) => new(Task.Run(
        () => LeftoverScan.All(_options.RuntimeRoot, ct), ct));

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(Leftover leftover, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(leftover);
        return new(Task.Run(
            async () =>
            {
                try
                {
                    return await LeftoverRemoval.RunAsync(_options.RuntimeRoot, leftover, ct).ConfigureAwait(false);
                }
                catch (IOException e)
                {
                    throw new RxVmException($"'{leftover.Directory}': {e.Message}", e);
                }
            },
            ct));
    }

    /// <inheritdoc/>
    public void BootFailed(MachineSpec spec, IMachine machine, string reason)
    {
        if (spec.Accelerator == Accelerator.Auto && machine is QemuMachine { Confinement.HardwareIsolation: true } qemu)
        {
            _log.Warning("Machine {VmId} never got ready under KVM; two such failures within a day, and TCG is used: {Reason}", spec.Id, reason);
            AcceleratorMemory.Remember(reason, qemu.Began);
        }
    }

    /// <inheritdoc/>
    public void Booted(MachineSpec spec, IMachine machine)
    {
        if (machine.Confinement is { HardwareIsolation: true })
        {
            AcceleratorMemory.Forget();
        }
    }

    private QemuMachine? Attach(MachineRecord record)
    {
        var process = ProcessHandle.OfRecord(record.Identity);
        if (process is null)
        {
            RemoveStale(record.Directory);
            return null;
        }

        using var undo = new Undo();
        undo.Add(process);
        var directory = undo.Add(VmDirectory.Open(record.Directory)
            ?? throw new IOException($"its directory '{record.Directory}' is gone"));
        var channels = undo.Add(MachineChannels.Attach(directory, record.Identity.Pid));
        var words = LastWords.Of(record.Identity.Pid);
        if (words is not null)
        {
            undo.Add(words);
        }

        var machine = new QemuMachine(process, words, directory, channels, record.Id, _log)
        {
            Description = record.Description,
            Confinement = ProcFs.Confinement(record.Identity.Pid, record.Hardware),
        };

        // From now on it is this process's, whatever became of the one before: nobody's gc may take it for a leftover.
        directory.Write(DirectoryRecord.Of(record.Id, WhenProcessDies.Keep, ProcessHandle.Own) with
        {
            Machine = record.Identity,
            Hardware = record.Hardware,
        });
        machine.Watch();
        undo.Keep();
        _log.Information("Attached to machine {VmId}: {Machine}", record.Id, record.Description);
        return machine;
    }

    private void RemoveStale(string directory)
    {
        try
        {
            if (!VmDirectory.RemoveStale(directory))
            {
                _log.Warning("Directory {Directory} of a machine that is gone is in use by another", directory);
            }
        }
        catch (VmDirectoryException e)
        {
            _log.Warning(e, "Directory {Directory} of a machine that is gone is left over", directory);
        }
    }

    private string Check(MachineSpec spec)
    {
        if (MachineSpecRules.Broken(spec) is { } broken)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.InvalidSpec, broken);
        }

        if (MachineSpecRules.Missing(spec) is { } missing)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.FileMissing, missing);
        }

        return EmulatorLocator.Find(_options) ?? throw new MachineStartException(spec.Id, MachineStartFailure.EmulatorMissing,
            _options.Emulator is { } given
                ? $"the emulator '{given}' is not an executable file"
                : $"{EmulatorLocator.DefaultName} is not in the PATH; install QEMU 7.2 or later");
    }

    private async Task<QemuMachine> StartAsync(MachineSpec spec, string emulator, bool hardware, CancellationToken ct)
    {
        LeftoverSweep.Run(_options.RuntimeRoot, _log);
        using var gate = StartGate.Create();
        var machine = Launch(spec, emulator, hardware, gate);
        try
        {
            var version = await gate.WaitAsync(ct).ConfigureAwait(false);
            machine.Confinement = version is null ? null : ProcFs.Confinement(machine.Identity!.Pid, hardware);

            // One that has ended since it answered has no state to be read: what it said last tells more.
            if (version is null || (machine.Confinement is null && machine.HasExited))
            {
                var exit = await machine.Exited.WaitAsync(ct).ConfigureAwait(false);
                throw new MachineStartException(spec.Id, MachineStartFailure.DiedAtStart, Epitaph(emulator, exit), exit);
            }

            machine.Description = $"qemu {version} pid {machine.Identity!.Pid} ({(hardware ? "kvm" : "tcg")}, q35)";
            CheckConfinement(spec.Id, machine);
            _log.Information("Started machine {VmId}: {Machine}", spec.Id, machine.Description);
            return machine;
        }
        catch
        {
            await GiveUpAsync(machine).ConfigureAwait(false);
            throw;
        }
    }

    // Never throws: the failure that leads here is the one to report.
    private async Task GiveUpAsync(QemuMachine machine)
    {
        try
        {
            await machine.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            _log.Error(e, "Machine {VmId}, whose start failed, could not be ended", machine.Id);
        }
    }

    private QemuMachine Launch(MachineSpec spec, string emulator, bool hardware, StartGate gate)
    {
        using var undo = new Undo();
        var listeners = new List<SafeFileHandle>();
        try
        {
            var directory = undo.Add(VmDirectory.Create(_options.RuntimeRoot, spec.Id, spec.WhenProcessDies));
            undo.Add(new Removal(directory, _log));
            var words = undo.Add(LastWords.Create());
            var channels = undo.Add(MachineChannels.Create(directory, listeners));
            using var user = UserLease.Take(_options);
            List<SafeFileHandle> handed = [.. listeners, gate.MonitorEnd, gate.OptionsEnd, directory.Handle];
            if (user?.File is { } file)
            {
                spec = HandOver(spec, handed, listeners);
                handed.Add(file);
            }

            var (program, arguments) = PrivilegeDrop.Wrap(emulator, QemuCommandLine.Build(spec, hardware), user?.User, hardware)
                ?? throw new MachineStartException(spec.Id, MachineStartFailure.Confinement,
                    $"machine '{spec.Id}' cannot run as user {user!.User.Uid}: that takes {PrivilegeDrop.Needs}");
            using var lifeline = spec.WhenProcessDies == WhenProcessDies.Kill ? Lifeline.NewReader() : null;
            if (lifeline is not null)
            {
                handed.Add(lifeline);
            }

            var process = undo.Add(ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
            {
                Program = program,
                Arguments = arguments,
                WorkingDirectory = directory.Handle,
                Output = words.File,
                Descriptors = handed,
            })));
            var userLock = user?.Keep();
            if (userLock is not null)
            {
                undo.Add(userLock);
            }

            var machine = new QemuMachine(process, words, directory, channels, spec.Id, _log) { User = user?.User, UserLock = userLock };
            try
            {
                Register(machine, directory, spec, hardware, lifeline);
                gate.Open(QemuCommandLine.GateDescriptor);
            }
            catch (Exception e) when (e is IOException or VmDirectoryException)
            {
                // Not watched means never reaped by the watcher: end it and reap it here.
                process.KillAndReap();
                throw;
            }

            undo.Keep();
            return machine;
        }
        catch (VmDirectoryException e)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.Directory, e.Message, inner: e);
        }
        catch (SpawnException e)
        {
            var cause = e.Error == Libc.NoSuchFile ? MachineStartFailure.EmulatorMissing : MachineStartFailure.Spawn;
            throw new MachineStartException(spec.Id, cause, e.Message, inner: e);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new MachineStartException(
                spec.Id, MachineStartFailure.Spawn, $"machine '{spec.Id}' cannot be started: {e.Message}", inner: e);
        }
        finally
        {
            listeners.ForEach(static listener => listener.Dispose());
        }
    }

    // The child waits at its gate meanwhile. Should this process die before the end of this, the child ends by itself.
    private void Register(QemuMachine machine, VmDirectory directory, MachineSpec spec, bool hardware, SafeFileHandle? lifeline)
    {
        if (lifeline is not null)
        {
            Lifeline.Tie(lifeline, machine.Identity!.Pid, machine.User);
        }

        directory.Write(DirectoryRecord.Of(spec.Id, spec.WhenProcessDies, ProcessHandle.Own) with
        {
            Machine = machine.Identity,
            Hardware = hardware,
        });
        machine.Watch();
    }

    // Another user can't reach what lies in our directories: it gets the open files.
    private static MachineSpec HandOver(MachineSpec spec, List<SafeFileHandle> handed, List<SafeFileHandle> closed)
    {
        if (spec.Memory is not null)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.Confinement,
                $"machine '{spec.Id}' has a memory file, which a user of its own could not open: name one with RunAs that can");
        }

        string Hand(string path)
        {
            var file = HandedFile.Open(path);
            closed.Add(file);
            handed.Add(file);
            return $"/proc/self/fd/{QemuCommandLine.FirstDescriptor + handed.Count - 1}";
        }

        return spec with { KernelPath = Hand(spec.KernelPath), InitrdPath = Hand(spec.InitrdPath) };
    }

    private void CheckConfinement(string id, QemuMachine machine)
    {
        var confinement = machine.Confinement;
        if (machine.User is { } user && confinement?.Uid != user.Uid)
        {
            throw new MachineStartException(id, MachineStartFailure.Confinement,
                $"machine '{id}' was to run as user {user.Uid} and runs as {confinement?.Uid.ToString() ?? "one that cannot be read"}");
        }

        if (!_options.AllowUnconfined && confinement is not { SeccompMode: FilteredSeccomp, NoNewPrivileges: true })
        {
            throw new MachineStartException(id, MachineStartFailure.Confinement,
                $"machine '{id}' runs without its seccomp filter ({confinement?.ToString() ?? "its state cannot be read"}) and was ended");
        }
    }

    private static string Epitaph(string emulator, MachineExit exit) => exit.LastWords.Length == 0
        ? $"{Path.GetFileName(emulator)} ended at its start with {exit.Summary} and said nothing"
        : $"{Path.GetFileName(emulator)} ended at its start with {exit.Summary}: {exit.LastWords}";
}
