using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Qemu.Processes;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Qemu;

/// <summary>
/// Runs every machine as a QEMU process that outlives this one: in a session of its own, confined, with its output in memory and its
/// sockets in a directory nobody else can enter. Holds no state but its options; one instance serves any number of machines on any
/// thread.
/// </summary>
/// <param name="options">How this host runs QEMU; null for the defaults.</param>
/// <param name="logger">Where to log; null for nowhere.</param>
public sealed class QemuDriver(QemuDriverOptions? options = null, ILogger? logger = null) : IMachineDriver
{
    private const int FilteredSeccomp = 2;

    private readonly QemuDriverOptions _options = options ?? new QemuDriverOptions();
    private readonly ILogger _log = (logger ?? Logger.None).ForContext<QemuDriver>();

    /// <summary>What is remembered about KVM on this host; write to it when a boot under KVM never got ready.</summary>
    public AcceleratorMemory AcceleratorMemory { get; } = new((options ?? new QemuDriverOptions()).CacheDirectory);

    /// <inheritdoc/>
    public async ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var emulator = Check(spec);
        var choice = AcceleratorProbe.Decide(spec.Accelerator, AcceleratorProbe.Gather(AcceleratorMemory.Recall()));
        if (choice.Use is null)
        {
            throw new MachineStartException(spec.Id, MachineStartFailure.Accelerator, choice.Explanation);
        }

        try
        {
            return await StartAsync(spec, emulator, choice.IsHardware, ct).ConfigureAwait(false);
        }
        catch (MachineStartException e) when (
            e.Cause == MachineStartFailure.DiedAtStart && choice.IsHardware && spec.Accelerator == Accelerator.Auto)
        {
            // A KVM that looked right and is not: once is enough to know (§7).
            _log.Warning("Machine {VmId} died at its start under KVM, trying TCG: {Reason}", spec.Id, e.Message);
            var machine = await StartAsync(spec, emulator, hardware: false, ct).ConfigureAwait(false);
            AcceleratorMemory.Remember(e.Message);
            return machine;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        if (Path.GetFileName(record.Directory) != record.Id)
        {
            throw new MachineStartException(
                record.Id, MachineStartFailure.InvalidSpec, $"the record of '{record.Id}' names the directory '{record.Directory}'");
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
    public void BootFailed(MachineSpec spec, IMachine machine, string reason)
    {
        if (spec.Accelerator == Accelerator.Auto && machine.Confinement is { HardwareIsolation: true })
        {
            _log.Warning("Machine {VmId} never got ready under KVM; TCG from now on: {Reason}", spec.Id, reason);
            AcceleratorMemory.Remember(reason);
        }
    }

    private QemuMachine? Attach(MachineRecord record)
    {
        var process = ProcessHandle.OfRecord(record.Identity);
        if (process is null)
        {
            if (!VmDirectory.RemoveStale(record.Directory))
            {
                _log.Warning("Directory {Directory} of a machine that is gone is in use by another", record.Directory);
            }

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
        machine.Watch();
        undo.Keep();
        _log.Information("Attached to machine {VmId}: {Machine}", record.Id, record.Description);
        return machine;
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
        using var gate = StartGate.Create();
        var machine = Launch(spec, emulator, hardware, gate);
        try
        {
            gate.ChildEnd.Dispose();
            var version = await gate.WaitAsync(ct).ConfigureAwait(false);
            if (version is null)
            {
                var exit = await machine.Exited.WaitAsync(ct).ConfigureAwait(false);
                throw new MachineStartException(spec.Id, MachineStartFailure.DiedAtStart, Epitaph(emulator, exit), exit);
            }

            machine.Description = $"qemu {version} pid {machine.Identity!.Pid} ({(hardware ? "kvm" : "tcg")}, q35)";
            machine.Confinement = ProcFs.Confinement(machine.Identity.Pid, hardware);
            CheckConfinement(spec.Id, machine.Confinement);
            _log.Information("Started machine {VmId}: {Machine}", spec.Id, machine.Description);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private QemuMachine Launch(MachineSpec spec, string emulator, bool hardware, StartGate gate)
    {
        using var undo = new Undo();
        var listeners = new List<SafeFileHandle>();
        try
        {
            var directory = undo.Add(VmDirectory.Create(_options.RuntimeRoot, spec.Id));
            undo.Add(new Removal(directory, _log));
            var words = undo.Add(LastWords.Create());
            var channels = undo.Add(MachineChannels.Create(directory, listeners));
            var (program, arguments) = PrivilegeDrop.Wrap(emulator, QemuCommandLine.Build(spec, hardware), _options.RunAs)
                ?? throw new MachineStartException(spec.Id, MachineStartFailure.Confinement,
                    $"machine '{spec.Id}' cannot run as user {_options.RunAs!.Uid}: that takes CAP_SETPCAP and setpriv");
            var process = undo.Add(ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
            {
                Program = program,
                Arguments = arguments,
                WorkingDirectory = directory.Handle,
                Output = words.File,
                Descriptors = [.. listeners, gate.ChildEnd, directory.Handle],
            })));
            var machine = new QemuMachine(process, words, directory, channels, spec.Id, _log);
            try
            {
                machine.Watch();
            }
            catch (IOException)
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

    private void CheckConfinement(string id, Confinement? confinement)
    {
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
