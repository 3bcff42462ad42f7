using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;
using Serilog;

namespace Rx.Vm.Qemu;

/// <summary>A running QEMU process.</summary>
internal sealed class QemuMachine : IMachine
{
    private readonly ProcessHandle _process;
    private readonly LastWords? _words;
    private readonly VmDirectory _directory;
    private readonly MachineChannels _channels;
    private readonly ILogger _log;
    private readonly TaskCompletionSource<MachineExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Two parties need the handles: the exit watcher until the end was seen, and the owner until it lets go.
    private int _holders = 2;
    private int _released;

    public QemuMachine(ProcessHandle process, LastWords? words, VmDirectory directory, MachineChannels channels, string id, ILogger log)
    {
        _process = process;
        _words = words;
        _directory = directory;
        _channels = channels;
        _log = log.ForContext("VmId", id);
        Id = id;
        Description = $"qemu pid {process.Identity.Pid}";
    }

    public string Id { get; }

    public string Description { get; set; }

    public Confinement? Confinement { get; set; }

    /// <summary>Whom it was told to run as; null for our own user.</summary>
    public QemuUser? User { get; init; }

    /// <summary>What keeps the user this machine's own; given back when its end was seen.</summary>
    public IDisposable? UserLock { get; init; }

    /// <summary>When its start began.</summary>
    public DateTimeOffset Began { get; set; }

    public ProcessIdentity? Identity => _process.Identity;

    public MachineRecord? Record => new(Id, _process.Identity, _directory.Path, Confinement?.HardwareIsolation ?? false, Description);

    public TimeSpan? ProcessorTime => ProcFs.Stat(Identity!.Pid) is { IsZombie: false } stat && stat.StartTicks == Identity.StartTicks
        ? stat.ProcessorTime
        : null;

    public Stream Qmp => _channels.Qmp;

    public Stream Control => _channels.Control;

    public Stream Tty => _channels.Tty;

    public Stream Console => _channels.Console;

    public Task<MachineExit> Exited => _exited.Task;

    /// <summary>Whether its process has ended, be it that nobody has been told yet.</summary>
    public bool HasExited => Exited.IsCompleted || _process.HasExited;

    /// <summary>Starts watching for the end. Separate from the constructor, because it may refuse.</summary>
    public void Watch() => ProcessWatcher.Shared.Watch(_process.Descriptor, OnEnded);

    public void Kill()
    {
        if (TryKill() is { } refusal)
        {
            _log.Warning(refusal, "SIGKILL was refused for {Machine}", Description);
        }
    }

    public ValueTask DetachAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _channels.Dispose();
            LetGo();
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        try
        {
            var refusal = TryKill();
            _channels.Dispose();
            if (refusal is not null)
            {
                // Its end may never come, and while it runs its record is the only trace of it.
                throw new IOException($"{Description} runs on: {refusal.Message}", refusal);
            }

            await Exited.ConfigureAwait(false);
            _directory.Remove();
        }
        catch (VmDirectoryException e)
        {
            _log.Warning(e, "The directory of {Machine} is left over", Description);
        }
        finally
        {
            LetGo();
        }
    }

    // The kernel's refusal, or null: it was sent, or there is nobody to get it.
    private IOException? TryKill()
    {
        try
        {
            _process.Signal(Libc.SigKill);
            return null;
        }
        catch (ObjectDisposedException)
        {
            // Gone and let go of.
            return null;
        }
        catch (IOException refusal)
        {
            return refusal;
        }
    }

    private void OnEnded()
    {
        MachineExit exit;
        try
        {
            exit = _process.Collect(_words?.Read() ?? "");
        }
        catch (Exception e)
        {
            // On the thread of all machines: whatever is wrong with this one must not reach the others. That it ended is certain.
            _log.Error(e, "The exit status of {Machine} could not be read", Description);
            exit = MachineExit.Unknown();
        }

        UserLock?.Dispose();
        _exited.TrySetResult(exit);
        LetGo();
    }

    private void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _process.Dispose();
            _words?.Dispose();
            _directory.Dispose();
        }
    }
}
